from tests.lake.installation import Installation, Stage, differing
from tests.lake.two_batches import SECOND_COUNTS


def test_the_second_batch_does_all_that_a_batch_can_do(stage: Stage, city: Installation) -> None:
    result = city.bring(stage.second)
    found = {name: tuple(vars(counts).values()) for name, counts in result.tables.items()}
    assert found == SECOND_COUNTS
    assert differing(city.content(), stage.after) == []
    assert set(differing(stage.before, stage.after)) == {*SECOND_COUNTS, "quarantine", "deliveries"}


def test_the_same_batch_again_changes_nothing_but_the_record_of_deliveries(stage: Stage, city: Installation) -> None:
    city.bring(stage.second)
    again = city.bring(stage.second)
    assert [(c.inserted, c.updated) for c in again.tables.values()] == [(0, 0)] * len(again.tables)
    assert differing(city.content(), stage.after) == ["deliveries"]
