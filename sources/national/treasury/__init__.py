"""State Treasury: finances that the wellbeing services counties report, as the register of municipal and county finances gives them."""
