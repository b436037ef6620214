"""A roster's file as registrars and other systems write it: letters, cells, headings, people."""

import codecs
import re

import pytest

from webapp.models import Role
from webapp.roster.reading import Choice, named_columns, read_roster
from webapp.roster.text import RosterError

JOSE, JOSE_APART = "Jos\u00e9", "Jose\u0301"


def read(data, source="roster.csv", **said):
    data = data.encode() if isinstance(data, str) else data
    return read_roster(data, source, Choice(**said))


def people(data, **said):
    """Everybody as (name, address, role, section, number), what is not said empty."""
    return [
        (e.name, e.email, e.role and e.role.value, e.section, e.number)
        for e in read(data, **said).people()
        if not e.fault
    ]


def faults(data, **said):
    return [(e.lines, e.fault) for e in read(data, **said).people() if e.fault]


CAL = ("Cal Ito", "cal@example.edu", "student", "A", "")
IVY = ("Ivy Ng", "ivy@example.edu", None, "", "")


@pytest.mark.parametrize(
    ("data", "person"),
    [
        ("Name,Email,Role,Section\nCal Ito,cal@example.edu,student,A\n", CAL),
        ("name;email;role;section\nCal Ito;cal@example.edu;student;A\n", CAL),
        ("name\temail\trole\tsection\nCal Ito\tcal@example.edu\tstudent\tA\n", CAL),
        ("name|email|role|section\nCal Ito|cal@example.edu|student|A\n", CAL),
        ("sep=;\r\nname;email;role;section\r\nCal Ito;cal@example.edu;student;A\r\n", CAL),
        ("section,role,email,name\nA,student,cal@example.edu,Cal Ito\n", CAL),
        (" NAME , E-Mail , Role,Section \n Cal  Ito , CAL@Example.edu ,Student, A \n", CAL),
        ("name,email,role,section\rCal Ito,cal@example.edu,student,A\r", CAL),
        ("name,email,role,section\n,,,\nCal Ito,cal@example.edu,student,A\n,,,\n,,,\n", CAL),
        ("\n\nname,email,role,section\n\nCal Ito,cal@example.edu,student,A\n", CAL),
        ('"name","email","role","section"\n"Cal Ito","cal@example.edu","student","A"\n', CAL),
        ("name, email, role, section\nCal Ito, cal@example.edu, student, A\n", CAL),
        ("name,email,role,section,\nCal Ito,cal@example.edu,student,A,\n", CAL),
        ("name,email,role,section\nCal Ito,cal@example.edu,student,A,B,C\n", CAL),
        ("name;email;role;section\nIto, Cal;cal@example.edu;student;A\n", CAL),
        ("Vorname;Name;E-Mail-Adresse;Rolle;Gruppe\nCal;Ito;cal@example.edu;Student;A\n", CAL),
        ("Full name,Email (required),Role,Section\nCal Ito,cal@example.edu,Learner,A\n", CAL),
        (
            "Course: DL,,,\nTerm: IAP,,,\nName,Email,Role,Section\nCal Ito,cal@example.edu,S,A\n",
            None,
        ),
        (
            "Course: DL,,,\nName,Email,Role,Section\nCal Ito,cal@example.edu,Student,A\n",
            CAL,
        ),
    ],
)
def test_any_delimiter_order_and_writing_of_the_headings_is_the_same_person(data, person):
    assert people(data) == ([person] if person else [])


@pytest.mark.parametrize(
    ("data", "person"),
    [
        ("Email Address,First Name,Last Name\nivy@example.edu,Ivy,Ng\n", IVY),
        ('Student,ID,SIS Login ID\n"Ng, Ivy",91,ivy@example.edu\n', (*IVY[:4], "91")),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
            '"Ng, Ivy",91,007,ivy@example.edu,A and B\n',
            (*IVY[:3], "A and B", "007"),
        ),
        ("Last, First;Student ID;E-mail\nNg, Ivy;42;ivy@example.edu\n", (*IVY[:4], "42")),
        ("Matrikelnummer;Nachname;Vorname;E-Mail\n007;Ng;Ivy;ivy@example.edu\n", (*IVY[:4], "007")),
        ("Nom/Prénom;Courriel;Groupe\nNg Ivy;ivy@example.edu;TD 2\n", (*IVY[:3], "TD 2", "")),
        ("Nom;Prénom;Adresse e-mail\nNg;Ivy;ivy@example.edu\n", IVY),
        ("Nombre;Apellidos;Correo electrónico\nIvy;Ng;ivy@example.edu\n", IVY),
        ("Nome,Cognome,Indirizzo email\nIvy,Ng,ivy@example.edu\n", IVY),
        ("Nom;Courriel\nIvy Ng;ivy@example.edu\n", IVY),
        (
            "First name,Surname,ID number,Email address,Groups\nIvy,Ng,7,ivy@example.edu,\n",
            (*IVY[:4], "7"),
        ),
        (
            "Username,Last Name,First Name,Email,OrgDefinedId\n#x,Ng,Ivy,ivy@example.edu,#7\n",
            (*IVY[:4], "7"),
        ),
        ("姓名,学号,邮箱\nIvy Ng,007,ivy@example.edu\n", (*IVY[:4], "007")),
        ("Who,Contact\nIvy Ng,ivy@example.edu\n", ("", *IVY[1:])),
        ("name,email\nIvy Ng,Ivy Ng <ivy@example.edu>\n", IVY),
        ("name,email\nIvy Ng,mailto:ivy@example.edu\n", IVY),
        ('name,email,number\nIvy Ng,ivy@example.edu,"=""007"""\n', (*IVY[:4], "007")),
        ("name,email,number\nIvy Ng,ivy@example.edu,7.0\n", (*IVY[:4], "7")),
        ("name,first name,last name,email\nsomebody,Ivy,Ng,ivy@example.edu\n", IVY),
    ],
)
def test_the_headings_of_other_systems_and_languages_are_known(data, person):
    assert people(data) == [person]


@pytest.mark.parametrize(
    ("data", "person"),
    [
        ("Ivy Ng;ivy@example.edu\n", IVY),
        ("ivy@example.edu,Ivy Ng\n", IVY),
        ("0071234;Ng, Ivy;ivy@example.edu\n", (*IVY[:4], "0071234")),
        ("Ivy,Ng,ivy@example.edu\n", IVY),
        ("Ivy Ng,ivy@example.edu,student,A\n", (*IVY[:2], "student", "A", "")),
        ("ivy@example.edu\n", ("", *IVY[1:])),
    ],
)
def test_without_headings_the_cells_say_what_they_are(data, person):
    assert people(data) == [person]


def test_what_no_heading_and_no_cell_says_is_said_by_hand():
    data = "x,y,z\nA,Ivy Ng,ivy@example.edu\n"
    assert people(data, columns=("section", "name", "email")) == [(*IVY[:3], "A", "")]
    named = named_columns(["section=x", "name=2"])
    assert people(data, named=named) == [(*IVY[:3], "A", "")]
    assert people(data, heading=False, columns=("", "name", "email"))[0][0] == "Ivy Ng"
    assert len(people("Ann Lee;ann@example.edu\nIvy Ng;ivy@example.edu\n", heading=True)) == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (["name"], "expected one such as 'name=Full name'"),
        (["title=x"], "'title' is not known"),
        (["name=w"], "no column 'w'"),
        (["name=9"], "no column '9'"),
    ],
)
def test_a_column_that_is_not_there_is_one_sentence(said, sentence):
    with pytest.raises(RosterError, match=sentence):
        read("x,y,z\nA,Ivy Ng,ivy@example.edu\n", named=named_columns(said))


def test_two_columns_of_one_kind_and_none_that_says_who_are_refused():
    with pytest.raises(RosterError, match="Two columns are chosen as Name"):
        people("x,y\nA,B\n", columns=("name", "name"))
    with pytest.raises(RosterError, match="has no column 'email'"):
        people("x,y\nA,B\n", columns=("section", ""))


ZOE = "name;email\nZoë Groß;zoe@example.edu\n"


@pytest.mark.parametrize(
    ("data", "encoding", "certain"),
    [
        (ZOE.encode(), "UTF-8", True),
        (codecs.BOM_UTF8 + ZOE.encode(), "UTF-8", True),
        (ZOE.encode("utf-16"), "UTF-16", True),
        (codecs.BOM_UTF16_BE + ZOE.encode("utf-16-be"), "UTF-16", True),
        (ZOE.encode("utf-16-le"), "UTF-16-LE", True),
        (ZOE.encode("utf-16-be"), "UTF-16-BE", True),
        (ZOE.encode("utf-32"), "UTF-32", True),
        (ZOE.encode("cp1252"), "Windows-1252 (Western Europe)", False),
        (ZOE.encode("mac-roman"), "Mac OS Roman", False),
        (ZOE.encode("cp850"), "DOS, code page 850", False),
    ],
)
def test_the_encoding_is_recognised_and_said(data, encoding, certain):
    found = read(data)
    assert found.people()[0].name == "Zoë Groß"
    assert (found.encoding_words, found.certain) == (encoding, certain)
    assert bool(found.notes) is not certain


def test_another_encoding_can_be_chosen():
    data = "name;email\nŽofia Kováč;zofia@example.edu\n".encode("cp1250")
    assert people(data, encoding="cp1250")[0][0] == "Žofia Kováč"
    for wrong in ("cp9999", "utf-8-sig"):
        with pytest.raises(RosterError, match=r"encoding is|is not in UTF-8"):
            read(data, encoding=wrong)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04rest", "a spreadsheet: save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel spreadsheet"),
        (b"%PDF-1.7", "a PDF"),
        (b"\n<!DOCTYPE html><table>", "a web page"),
        (b"\x00\x00\x00", "is no text"),
        (b"name,email\nA\x07,a@b.example\n", "is no text"),
        (b" \n,,\n", "no row with anything in it"),
        (b"name,email\n" + b"A,a@b.example\n" * 5001, "5001|5002"),
        (b"," * 200 + b"x", "201 columns"),
    ],
)
def test_what_is_no_roster_is_one_sentence(data, sentence):
    with pytest.raises(RosterError, match=sentence):
        read(data)


def test_the_same_letters_are_the_same_person_however_they_are_written():
    data = f"name,email\n{JOSE} P,jos\u00e9@example.edu\n{JOSE_APART} P,jose\u0301@example.edu\n"
    (entry,) = read(data).people()
    assert (entry.name, entry.email) == (f"{JOSE} P", "jos\u00e9@example.edu")
    assert (entry.lines, entry.fault) == ((2, 3), "")


def test_lines_that_say_the_same_twice_are_one_person():
    line = "Ivy Ng,ivy@example.edu,7\n"
    (entry,) = read("name,email,number\n" + line * 3).people()
    assert entry.lines == (2, 3, 4)
    assert people("name,section\nIvy Ng,A\nIvy Ng,A\n") == [("Ivy Ng", "", None, "A", "")]


def test_lines_that_differ_in_the_section_are_one_person_in_both():
    data = "name,email,section\nIvy Ng,ivy@example.edu,B\nIvy Ng,ivy@example.edu,A\n"
    assert people(data) == [(*IVY[:3], "A, B", "")]


@pytest.mark.parametrize("text", ["A; B", "B|A", "A,B", "B, A, B"])
def test_several_sections_are_kept_in_order(text):
    assert people(f'name,email,section\nIvy Ng,ivy@example.edu,"{text}"\n')[0][3] == "A, B"


def test_two_columns_of_sections_are_both_kept():
    data = "name,email,Lab,Tutorial\nIvy Ng,ivy@example.edu,L1,T2\n"
    assert people(data)[0][3] == "L1, T2"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("Ivy Ng,ivy@example.edu,,\nEve Ng,ivy@example.edu,,", "Lines 2 and 3 .* two names"),
        ("Ivy Ng,ivy@example.edu,,1\nIvy Ng,ivy@example.edu,,2", "two student numbers"),
        ("Ivy Ng,ivy@example.edu,,1\nIvy Ng,ivy2@example.edu,,1", "two addresses"),
        ("Ivy Ng,ivy@example.edu,student,\nIvy Ng,ivy@example.edu,grader,", "two roles"),
        (
            "Ivy Ng,ivy@example.edu,,\nA,a@example.edu,,1\nIvy Ng,ivy@example.edu,,1",
            "of two people",
        ),
        ("Ivy Ng,ivy@example,,", "'ivy@example' is no e-mail address"),
        ("Ivy Ng,not an address,,", "'not an address' is no e-mail address"),
        ('Ivy Ng,"ivy@example.edu\nBcc: x@example.edu",,', "is no e-mail address"),
        ("Ivy Ng,ivy@example.edu,boss,", "The role is 'boss', expected one of student"),
        ("Ivy Ng,ivy@example.edu,,1.23E+08", "was shortened by a spreadsheet"),
        (f"{'Ivy' * 70},ivy@example.edu,,", "The name has 210 characters"),
        (f"Ivy,ivy@example.edu,,{'7' * 41}", "The student number has 41 characters"),
        (",,student,", "Expected a name, an e-mail address or a student number"),
    ],
)
def test_rows_that_contradict_or_cannot_be_read_have_a_fault(rows, sentence):
    found = faults(f"name,email,role,number\n{rows}\n")
    assert found
    for _, fault in found:
        assert re.search(sentence, fault), fault


def test_a_quote_that_never_ends_takes_nobody_along_unseen():
    found = read('name,email\n"Ivy Ng,ivy@example.edu\nEve Ng,eve@example.edu\n').people()
    assert all(entry.fault for entry in found)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Ng, Ivy", "Ivy Ng"),
        ("Smith, John, Jr.", "John Smith Jr."),
        ("Smith Jr., John", "John Smith Jr."),
        ("Ivy Ng, PhD", "Ivy Ng, PhD"),
        ("van der Berg, Jan", "Jan van der Berg"),
        ("O'Neil,", "O'Neil"),
        ("A, B, C, D", "A, B, C, D"),
    ],
)
def test_a_family_name_before_a_comma_comes_last(cell, name):
    assert people(f'name,email\n"{cell}",x@example.edu\n')[0][0] == name


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("DUPONT Marie", "Marie DUPONT"),
        ("LE GALL Anne Marie", "Anne Marie LE GALL"),
        ("Dupont Marie", "Marie Dupont"),
        ("Dupont Marie Anne", "Dupont Marie Anne"),
        ("Madonna", "Madonna"),
    ],
)
def test_a_family_name_that_comes_first_comes_last(cell, name):
    assert people(f"Nom Prénom;Courriel\n{cell};x@example.edu\n")[0][0] == name


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("TA", Role.GRADER),
        ("Teaching Assistant", Role.GRADER),
        ("Étudiante", Role.STUDENT),
        ("Dozentin", Role.INSTRUCTOR),
        ("TeacherEnrollment", Role.INSTRUCTOR),
        ("non-editing teacher", Role.GRADER),
    ],
)
def test_roles_of_other_systems_are_known(word, role):
    assert people(f"name,email,role\nIvy Ng,ivy@example.edu,{word}\n")[0][2] == role


def test_lines_are_counted_as_an_editor_counts_them():
    data = 'sep=,\nname,email\n\n"Ivy\nNg",ivy@example.edu\nA,bad\n'
    assert [entry.lines for entry in read(data).people()] == [(4,), (6,)]
