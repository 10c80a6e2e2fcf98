"""The pages of secrecy officers and of cleared people: every act a form, no script, nothing told in an address."""
