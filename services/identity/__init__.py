"""Who somebody is: accounts, passwords, sessions and the short-lived credentials derived from them."""
