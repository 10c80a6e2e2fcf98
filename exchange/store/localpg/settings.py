"""What the server is told on its command line, where nothing written into its directory outweighs it."""

ALWAYS = {
    # Reached over the loopback alone; a socket would have to stand somewhere everybody may enter.
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",  # the launcher reads the messages
    "password_encryption": "scram-sha-256",
    # The content of a request must not reach the log: not by a statement, a parameter, or the detail of an
    # error ("Failing row contains …").
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %e ",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# A commit still reaches the system before it is acknowledged, so a killed server loses nothing either way.
FLEETING = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}


def arguments(port: int, *, durable: bool) -> list[str]:
    """Return the arguments for a port; safe against a power cut or, for tests, only against a kill."""
    settings = {**ALWAYS, **(DURABLE if durable else FLEETING), "port": str(port)}
    return [f"--{name}={value}" for name, value in settings.items()]
