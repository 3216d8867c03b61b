"""Who may come in and what each may see and do: accounts, sign-in, sessions, roles, the halls a person is bound to."""
