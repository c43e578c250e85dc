"""Settings of the bounds on what one user, and all users together, may use."""

from typing import Annotated

from pydantic import Field

from config.section import Count, Days, Seconds, Section


class Limits(Section):
    """Bounds on what one user, and all users together, may use."""

    ring_events: Count = Field(default=256, description="events kept in memory per user")
    ring_bytes: Count = Field(default=262_144, description="bytes of events kept in memory per user")
    kept_events: Count = Field(default=1000, description="events kept in the store per user")
    kept_seconds: Seconds = Field(default=600, description="how long events are kept after a user's last one")
    sockets_per_user: Count = Field(
        default=10, description="sockets and streams per user; the oldest is closed for a further one"
    )
    frame_bytes: Count = Field(default=65_536, description="largest WebSocket message accepted")
    send_timeout: Seconds = Field(default=10, description="a send stuck this long closes the socket")
    auth_timeout: Seconds = Field(default=5, description="how long a socket may wait with its first message")
    heartbeat: Seconds = Field(default=20, description="seconds of silence before a ping")
    messages_per_minute: Count = Field(default=60, description="messages per user and minute")
    concurrent_runs: Count = Field(default=10, description="runs at once per user")
    queued_runs: Count = Field(default=20, description="runs that may wait per user beyond that")
    waiting_events: Count = Field(
        default=1000, description="events per run that wait while the event log is out of reach"
    )
    lease: Annotated[float, Field(ge=1)] = Field(
        default=10, description="seconds after which a process that is not heard of counts as dead"
    )
    concurrent_calls: Count = Field(default=10, description="tool calls at once per user")
    concurrent_calls_total: Count = Field(default=200, description="tool calls at once, all users together")
    calls_per_minute: Count = Field(default=100, description="tool calls per user and minute")
    call_wait: Seconds = Field(
        default=5, description="how long a call waits for its turn when these limits are reached"
    )
    kept_keys_seconds: Seconds = Field(
        default=86_400, description="how long the idempotency key of a direct call is remembered"
    )
    kept_calls_days: Days = Field(default=30, description="how long records of tool calls are kept")
    live_dispatchers: Count = Field(default=10, description="open dispatchers per user")
    dispatcher_wait: Seconds = Field(
        default=5, description="how long a request waits when no dispatcher is idle"
    )
    tool_timeout: Seconds = Field(default=30, description="time limit of a tool call")
    tool_threads: Count = Field(
        default=40, description="worker threads for synchronous tools, all users together"
    )
    result_bytes: Count = Field(
        default=65_536, description="largest result handed on; more is cut and kept by reference"
    )
    stored_result_bytes: Count = Field(default=134_217_728, description="largest result kept for its owner")
    live_agents: Count = Field(default=50, description="agents at once per user")
    agent_steps: Count = Field(default=16, description="model replies one agent may take for one question")
    run_timeout: Seconds = Field(default=600, description="time limit of a run")
    file_bytes: Count = Field(default=10_485_760, description="largest uploaded file")
    files_per_user: Count = Field(default=100, description="files one user may keep")
    memory_bytes: Count | None = Field(
        default=None, description="memory this process may use; by default what the machine allows"
    )
