"""What the bot asks. Each subject has a file with its form, its builder and the model of its answers.

A builder (``…_modal``) draws from loaded state and is pure; it raises ``Rejected`` where asking makes no
sense now. What comes back is read with the form, ``…_form(…).read(view["state"]["values"])``, which raises
``FormErrors``.
"""
