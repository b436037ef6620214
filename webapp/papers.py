"""Suggested papers for the review, and example proposals: what students see as lists."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import PaperList

LONGEST_REFERENCE, MOST_REFERENCES = 300, 100


class PaperListError(ValueError):
    """A list of papers is none: one sentence."""


@dataclass(frozen=True)
class Paper:
    """A published paper."""

    authors: str
    title: str
    venue: str
    year: int

    @property
    def reference(self) -> str:
        """Authors (year), title, venue: what a review carries as its paper."""
        return f"{self.authors} ({self.year}). {self.title}. {self.venue}."


PAPERS = (
    Paper(
        "D. E. Rumelhart, G. E. Hinton, R. J. Williams",
        "Learning representations by back-propagating errors",
        "Nature 323, 533-536",
        1986,
    ),
    Paper(
        "S. Hochreiter, J. Schmidhuber", "Long Short-Term Memory", "Neural Computation 9(8)", 1997
    ),
    Paper(
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner",
        "Gradient-Based Learning Applied to Document Recognition",
        "Proceedings of the IEEE 86(11)",
        1998,
    ),
    Paper(
        "A. Krizhevsky, I. Sutskever, G. E. Hinton",
        "ImageNet Classification with Deep Convolutional Neural Networks",
        "NIPS",
        2012,
    ),
    Paper(
        "V. Mnih and others",
        "Human-level control through deep reinforcement learning",
        "Nature 518, 529-533",
        2015,
    ),
    Paper(
        "N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov",
        "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
        "Journal of Machine Learning Research 15",
        2014,
    ),
    Paper("D. P. Kingma, J. Ba", "Adam: A Method for Stochastic Optimization", "ICLR", 2015),
    Paper(
        "S. Ioffe, C. Szegedy",
        "Batch Normalization: Accelerating Deep Network Training by Reducing Internal "
        "Covariate Shift",
        "ICML",
        2015,
    ),
    Paper("I. Goodfellow and others", "Generative Adversarial Nets", "NIPS", 2014),
    Paper(
        "D. Bahdanau, K. Cho, Y. Bengio",
        "Neural Machine Translation by Jointly Learning to Align and Translate",
        "ICLR",
        2015,
    ),
    Paper(
        "K. He, X. Zhang, S. Ren, J. Sun",
        "Deep Residual Learning for Image Recognition",
        "CVPR",
        2016,
    ),
    Paper(
        "D. Silver and others",
        "Mastering the game of Go with deep neural networks and tree search",
        "Nature 529, 484-489",
        2016,
    ),
    Paper("A. Vaswani and others", "Attention Is All You Need", "NIPS", 2017),
)

EXAMPLE_PROPOSALS = (
    (
        "Hear the bearing before it breaks",
        "A recurrent network listens to the vibration of factory motors and says days ahead which "
        "bearing will fail.",
    ),
    (
        "A second pair of eyes for eye doctors",
        "A convolutional network sorts retinal photographs so that the likeliest cases of diabetic "
        "damage are read first.",
    ),
    (
        "Which road floods next",
        "Rain radar, terrain and street cameras feed a model that warns drivers street by street.",
    ),
    (
        "Sketch to circuit",
        "A network reads a hand-drawn schematic and writes the netlist that a simulator can run.",
    ),
    (
        "Quiet greenhouses",
        "Reinforcement learning moves the vents and lamps of a greenhouse to save energy while "
        "the plants keep their climate.",
    ),
)


def suggested(session: Session, course_id: int) -> list[str]:
    """The references that a course suggests: its own list, or the usual one."""
    kept = session.scalar(sa.select(PaperList.content).where(PaperList.course_id == course_id))
    return [paper.reference for paper in PAPERS] if kept is None else kept.splitlines()


def save_references(session: Session, course_id: int, text: str) -> int:
    """Put a list, one reference a line, in the place of the one before; the caller commits."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(lines) > MOST_REFERENCES:
        raise PaperListError(f"There are {len(lines)} papers, expected at most {MOST_REFERENCES}.")
    for line in lines:
        if len(line) > LONGEST_REFERENCE:
            raise PaperListError(
                f"The reference that begins {line[:40]!r} has {len(line)} characters, expected at "
                f"most {LONGEST_REFERENCE}."
            )
    row = session.get(PaperList, course_id)
    if row is None:
        row = PaperList(course_id=course_id)
        session.add(row)
    row.content = "\n".join(lines)
    return len(lines)
