"""What a platform does on a bad day, ordered at the emulator: each notice ends somewhere, and nobody is told twice."""

import asyncio

from redis import Redis

from tests.faults.traffic import EXPECTED
from tests.faults.trial import SEND, trial
from tests.site import Site


async def test_answers_that_never_come_are_replaced_by_receipts_and_nothing_is_sent_again(patient_site: Site) -> None:
    await patient_site.order_fault(SEND, "no_answer_after_send", share=0.2)
    async with trial(patient_site) as running:
        evidence = await running.settle_delivered()
    assert len(evidence.doubts) > 10, "hardly an answer was lost"


async def test_requests_that_are_reset_before_they_are_read_end_in_doubt_and_are_sent_once_more_at_most(
    patient_site: Site,
) -> None:
    await patient_site.order_fault(SEND, "reset", share=0.2)
    async with trial(patient_site) as running:
        evidence = await running.settle()
    doubted = {doubt.notice_id for doubt in evidence.doubts}
    last = [notice for notice in evidence.notices if notice.kind == "finished" and notice.id in doubted]
    assert last, "no request was reset"
    # What the citizen must act on, and nothing newer overtook, was sent a second time; the rest stays in doubt.
    assert {notice.sends for notice in last} == {2}
    assert len(evidence.messages) <= len(evidence.notices)


async def test_a_platform_that_fails_inside_leaves_doubts_and_no_third_send(patient_site: Site) -> None:
    await patient_site.order_fault(SEND, "http_500", share=0.2)
    async with trial(patient_site) as running:
        evidence = await running.settle()
    assert {step.after for step in evidence.steps} >= {"in_doubt", "delivered"}


async def test_a_token_that_dies_in_the_middle_is_renewed_and_nobody_notices(patient_site: Site) -> None:
    async with trial(patient_site) as running:
        for share in (0.3, 0.7):
            await running.reach(share)
            await patient_site.order_fault(SEND, "expire_token", times=1)
        evidence = await running.settle_delivered()
    assert not evidence.doubts


async def test_receipts_that_come_twice_are_harmless(patient_site: Site) -> None:
    await patient_site.order_fault(SEND, "duplicate_receipt")
    async with trial(patient_site, 200) as running:
        await running.settle_delivered()


async def test_receipts_that_come_late_are_counted_all_the_same(patient_site: Site) -> None:
    await patient_site.order_fault(SEND, "late_receipt:2", share=0.5)
    async with trial(patient_site, 200) as running:
        await running.settle_delivered()


async def test_without_receipts_a_lost_answer_is_followed_by_one_more_send_at_most(patient_site: Site) -> None:
    await patient_site.order_fault(SEND, "no_receipt")
    await patient_site.order_fault(SEND, "no_answer_after_send", share=0.1)
    async with trial(patient_site, 200) as running:
        evidence = await running.settle()
    assert {notice.state for notice in evidence.notices} <= {"accepted", "in_doubt"}
    assert len(evidence.messages) > len(evidence.notices), "nothing was sent again"


async def test_too_many_requests_put_notices_back_and_count_as_no_send(patient_site: Site) -> None:
    await patient_site.order_fault(SEND, "error:-32", times=20)
    async with trial(patient_site, 200) as running:
        await running.reach(1)
        statement = "SELECT count(*) FROM notices WHERE reason = 'rate_limited:-32' AND sends = 0 AND due_at > now()"
        refused = await patient_site.wait_until(lambda: patient_site.query(statement)[0][0], what="refused notices")
        assert refused <= 20
        before = len(await patient_site.messages(channel="template"))
        await asyncio.sleep(1)
        assert len(await patient_site.messages(channel="template")) == before, "the platform asked for a minute's peace"
        # The minute passes: for the platform, for the rows by their clock, for the workers by losing what they share.
        await patient_site.emulator("DELETE", "faults")
        running.let_waits_pass()
        with Redis.from_url(patient_site.redis_url) as redis:
            redis.delete(*redis.keys("hoso:limit:*"))
        await running.kill("worker")
        evidence = await running.settle_delivered()
    assert len(evidence.messages) == len(running.traffic.dossiers) * len(EXPECTED)
    assert not evidence.doubts
