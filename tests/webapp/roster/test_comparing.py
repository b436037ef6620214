"""What a roster would change: found by number, then address, then name."""

import pytest

from webapp.models import Role
from webapp.people.person import Details
from webapp.roster.compare import compare
from webapp.roster.plan import Known
from webapp.roster.reading import read_roster

ADA = Details("Ada Lovelace", "ada@example.edu", Role.STUDENT, "A", "001")
BOB = Details("Bob Stone", "bob@example.edu", Role.STUDENT, "A", "")
INA = Details("Ina Ott", "ina@example.edu", Role.INSTRUCTOR, "", "")
OLD = Details("Old Hand", "old@example.edu", Role.GRADER, "C", "009")
FAR = Details("Far Away", "far@example.edu")
KNOWN = [
    Known(1, "here", ADA),
    Known(2, "here", BOB),
    Known(3, "here", INA),
    Known(4, "former", OLD),
    Known(5, "elsewhere", FAR),
]
HEAD = "name,email,number,role,section\n"


def plan(rows, known=KNOWN, actor_id=3):
    people = read_roster((HEAD + rows).encode(), "roster.csv").people()
    return compare(people, known, actor_id=actor_id)


def only(rows, **options):
    (line,) = plan(rows, **options).lines
    return line


def told(line):
    return line.kind, line.user_id, line.by, [change.words for change in line.changes]


def test_somebody_nobody_knows_is_new():
    line = only("Ivy Ng,ivy@example.edu,7,,B")
    assert told(line) == ("new", None, "", [])
    assert line.details == Details("Ivy Ng", "ivy@example.edu", Role.STUDENT, "B", "7")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("Ada Lovelace,ada@example.edu,001,student,A", ("same", 1, "number", [])),
        (",,1,,", ("same", 1, "number", [])),
        (",ada@example.edu,,,", ("same", 1, "address", [])),
        ("ada lovelace,,,,", ("same", 1, "name", [])),
        ("ADA LOVELACE,,,,", ("same", 1, "name", [])),
        (
            ",ada2@example.edu,001,,",
            ("changed", 1, "number", ["address: ada@example.edu → ada2@example.edu"]),
        ),
        (
            "Ada King,ada@example.edu,,,B",
            ("changed", 1, "address", ["name: Ada Lovelace → Ada King", "section: A → B"]),
        ),
        (
            "Bob Stone,bob@example.edu,77,,",
            ("changed", 2, "address", ["student number: none → 77"]),
        ),
        ("Bob Stone,,,grader,", ("changed", 2, "name", ["role: student → grader"])),
        ("Old Hand,old@example.edu,,,", ("back", 4, "address", [])),
        (",,9,,", ("back", 4, "number", [])),
        ("Far Off,far@example.edu,,,", ("new", 5, "address", [])),
    ],
)
def test_people_are_found_by_number_then_address_then_name(rows, found):
    assert told(only(rows)) == found


def test_who_comes_back_is_what_they_were_where_the_file_says_nothing():
    assert only(",old@example.edu,,,").details == OLD
    assert only(",old@example.edu,,student,D").details.role == Role.STUDENT


def test_accents_that_a_registrar_leaves_out_stay_and_ones_it_adds_come():
    zoe = [Known(6, "here", Details("Zoë Q", "zoe@example.edu"))]
    assert only("Zoe Q,zoe@example.edu,,,", known=zoe).kind == "same"
    plain = [Known(6, "here", Details("Zoe Q", "zoe@example.edu"))]
    assert only("Zoë Q,zoe@example.edu,,,", known=plain).changes[0].new == "Zoë Q"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("X Y,bob@example.edu,001,,", "The number 001 is Ada Lovelace's, the address"),
        ("X Y,far@example.edu,001,,", "somebody's outside the course"),
        ("Ada Lovelace,ada@example.edu,2,,", "belongs to the number 001, the file says 2"),
        ("Bob Stone,bob2@example.edu,,,", "only the name says that this is the same person"),
        ("Who Else,,,,", "there is no address to enrol them with"),
        (",new@example.edu,,,", "there is no name to enrol them with"),
        ("X Y,x@example.edu,,boss,", "The role is 'boss'"),
    ],
)
def test_what_does_not_fit_together_is_a_conflict_and_says_why(rows, sentence):
    line = only(rows)
    assert line.kind == "conflict"
    assert sentence in line.fault
    assert line.seen


def test_two_rows_that_find_one_person_are_both_conflicts():
    found = plan("Ada Lovelace,,001,,\n,ada@example.edu,,,\n")
    assert [line.kind for line in found.lines] == ["conflict", "conflict"]
    assert found.missing[0].user_id != 1


def test_a_namesake_of_somebody_in_the_file_is_new():
    found = plan("Bob Stone,bob@example.edu,,,\nBob Stone,other@example.edu,,,\n")
    assert [line.kind for line in found.lines] == ["same", "new"]


def test_a_name_that_two_people_have_finds_neither():
    twins = [*KNOWN, Known(7, "here", Details("Bob Stone", "bob3@example.edu"))]
    assert only("Bob Stone,,,,", known=twins).kind == "conflict"
    assert only("Bob Stone,new@example.edu,,,", known=twins).kind == "new"


def test_another_number_is_another_person_whatever_the_name():
    line = only("Ada Lovelace,ada9@example.edu,999,,")
    assert (line.kind, line.user_id) == ("new", None)


def test_missing_are_students_alone_whom_no_row_mentions():
    found = plan("Ada Lovelace,ada@example.edu,2,,")  # a conflict, but it mentions ada
    assert [each.user_id for each in found.missing] == [2]
    assert [each.user_id for each in plan("X Y,x@example.edu,,,").missing] == [1, 2]


def test_what_the_file_does_not_say_stays():
    assert only("Ada Lovelace,ada@example.edu,,,").kind == "same"


def test_a_section_in_another_order_is_no_change():
    both = [Known(1, "here", Details("Ada", "ada@example.edu", Role.STUDENT, "B, A"))]
    assert only('Ada,ada@example.edu,,,"A,B"', known=both).kind == "same"


def test_ones_own_role_stays():
    line = only("Ina Ott,ina@example.edu,,student,")
    assert (line.kind, line.notes) == ("same", ("your own role stays",))
    assert only("Ina Ott,ina@example.edu,,student,", actor_id=None).kind == "changed"


def test_name_and_address_of_who_is_elsewhere_stay_and_the_rest_changes():
    fixed = [Known(1, "here", ADA, fixed="takes part in another course too")]
    line = only("Ada King,ada@example.edu,,,B", known=fixed)
    assert [change.words for change in line.changes] == ["section: A → B"]
    assert line.notes == ("takes part in another course too",)


def test_who_gets_the_rights_of_staff_is_named():
    found = plan(
        "Bob Stone,bob@example.edu,,grader,\nX Y,x@example.edu,,instructor,\nZ,z@example.edu,,,"
    )
    assert [line.details.email for line in found.staff] == ["x@example.edu", "bob@example.edu"]


def test_the_digest_is_of_what_would_happen():
    same = plan("Ada King,ada@example.edu,,,B").digest
    assert plan("Ada King,ada@example.edu,,,B").digest == same
    assert plan("Ada King,ada@example.edu,,,C").digest != same
    assert plan("Ada King,ada@example.edu,,,B", known=KNOWN[:1]).digest != same
