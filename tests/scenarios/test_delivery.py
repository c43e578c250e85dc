"""A run counts as delivered once its end was acknowledged: not when it was sent, not before."""

import anyio


async def ended_run(client, socket, number):
    accepted = await socket.ask(f"m{number}", "What is 2 plus 2?")
    await socket.end_of(accepted["run_id"])
    return accepted["run_id"]


async def delivery(client, run_id, condition):
    """Return what the server says of a run's delivery, once the condition holds."""
    async with client.http() as http:
        with anyio.fail_after(10):
            while True:
                told = (await http.get(f"/api/runs/{run_id}")).json().get("delivery")
                if told is not None and condition(told):
                    return told
                await anyio.sleep(0.01)


async def test_a_run_is_delivered_by_an_acknowledgement_and_not_by_being_sent(world):
    client = await world.user()
    async with client.socket() as socket:
        first, second = [await ended_run(client, socket, number) for number in (1, 2)]
        end = client.events[first][-1]["seq"]
        told = await delivery(client, second, lambda told: True)
        assert told["delivered_at"] is None
        assert told["place"] == f"{client.epoch}:{client.events[second][-1]['seq']}"
        await socket.send(type="ack", seq=end)
        await delivery(client, first, lambda told: told["delivered_at"] is not None)
        assert (await delivery(client, second, lambda told: True))["delivered_at"] is None
        await socket.send(type="ack", seq=10**12)
        await delivery(client, second, lambda told: told["delivered_at"] is not None)


async def test_resuming_after_an_event_acknowledges_it(world):
    client = await world.user()
    async with client.socket() as socket:
        run_id = await ended_run(client, socket, 1)
        assert (await delivery(client, run_id, lambda told: True))["delivered_at"] is None
    async with client.socket(resume=True):
        await delivery(client, run_id, lambda told: told["delivered_at"] is not None)


async def test_nobody_acknowledges_for_another(world):
    client, other = await world.user(), await world.user()
    async with client.socket() as socket, other.socket() as foreign:
        run_id = await ended_run(client, socket, 1)
        await foreign.send(type="ack", seq=10**12)
        other_run = await ended_run(other, foreign, 1)
        await foreign.send(type="ack", seq=10**12)
        await delivery(other, other_run, lambda told: told["delivered_at"] is not None)
        assert (await delivery(client, run_id, lambda told: True))["delivered_at"] is None
