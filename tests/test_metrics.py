"""What is counted carries names of kinds, never what came from outside, and never without bound."""

from bot.metrics import MOST_VALUES, Metrics
from bot.storage.overview import Backlog

NOTHING = Backlog(0, 0.0, 0, 0)


def series(metrics: Metrics, beginning: str) -> list[str]:
    return [line for line in metrics.page(NOTHING).decode().splitlines() if line.startswith(beginning)]


def test_two_bots_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.command("AskQuestion", "done")
    assert series(one, "als_commands_total") == [
        'als_commands_total{command="AskQuestion",outcome="done"} 1.0'
    ]
    assert series(other, "als_commands_total") == []


def test_what_does_not_look_like_a_name_is_counted_as_other() -> None:
    metrics = Metrics()
    for code in ("What Ama said", "<@U123>", "", "é", "x" * 65, "a\nb", "1234"):
        metrics.slack_error("chat.postMessage", code)
    assert series(metrics, "als_slack_errors_total") == [
        'als_slack_errors_total{code="other",method="chat.postMessage"} 7.0'
    ]


def test_a_label_takes_so_many_values_and_no_more() -> None:
    metrics = Metrics()
    for number in range(MOST_VALUES + 50):
        metrics.arrived("event", f"event_{number}")
    assert len(series(metrics, "als_payloads_arrived_total")) == MOST_VALUES + 1
    assert 'als_payloads_arrived_total{kind="event",name="other"} 50.0' in series(metrics, "als_payloads")


def test_waits_are_added_up_and_what_waits_is_what_was_told() -> None:
    metrics = Metrics()
    metrics.rate_limited("chat.update", 3)
    metrics.rate_limited("chat.update", 4.5)
    page = metrics.page(Backlog(3, 61.5, 7, 2)).decode().splitlines()
    for line in (
        'als_slack_rate_limited_total{method="chat.update"} 2.0',
        'als_slack_rate_limit_wait_seconds_total{method="chat.update"} 7.5',
        "als_outbox_waiting 3.0",
        "als_outbox_oldest_seconds 61.5",
        "als_due_prompts_waiting 7.0",
        "als_due_prompts_overdue 2.0",
    ):
        assert line in page
