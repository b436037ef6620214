"""Suggested papers for the review: the usual list, or the course's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import PaperList

LONGEST_REFERENCE, MOST_REFERENCES = 300, 100


class PaperListError(ValueError):
    """A list of papers is none: one sentence."""


@dataclass(frozen=True)
class Paper:
    """A published paper, and where it can be found: a DOI, an arXiv number or an address."""

    authors: str
    title: str
    venue: str
    year: int
    found: str

    @property
    def reference(self) -> str:
        """Authors (year), title, venue, where: what a review carries as its paper."""
        return f"{self.authors} ({self.year}). {self.title}. {self.venue}. {self.found}"


# Pages, years and identifiers agree with other public bibliographies, compared in November 2026.
PAPERS = (
    Paper(
        "F. Rosenblatt",
        "The Perceptron: A Probabilistic Model for Information Storage and Organization in the "
        "Brain",
        "Psychological Review 65(6), 386-408",
        1958,
        "doi:10.1037/h0042519",
    ),
    Paper(
        "D. E. Rumelhart, G. E. Hinton, R. J. Williams",
        "Learning representations by back-propagating errors",
        "Nature 323, 533-536",
        1986,
        "doi:10.1038/323533a0",
    ),
    Paper(
        "S. Hochreiter, J. Schmidhuber",
        "Long Short-Term Memory",
        "Neural Computation 9(8), 1735-1780",
        1997,
        "doi:10.1162/neco.1997.9.8.1735",
    ),
    Paper(
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner",
        "Gradient-Based Learning Applied to Document Recognition",
        "Proceedings of the IEEE 86(11), 2278-2324",
        1998,
        "doi:10.1109/5.726791",
    ),
    Paper(
        "A. Krizhevsky, I. Sutskever, G. E. Hinton",
        "ImageNet Classification with Deep Convolutional Neural Networks",
        "NIPS, reprinted in Communications of the ACM 60(6), 84-90",
        2012,
        "doi:10.1145/3065386",
    ),
    Paper(
        "T. Mikolov, K. Chen, G. Corrado, J. Dean",
        "Efficient Estimation of Word Representations in Vector Space",
        "ICLR workshop",
        2013,
        "arXiv:1301.3781",
    ),
    Paper(
        "D. P. Kingma, M. Welling",
        "Auto-Encoding Variational Bayes",
        "ICLR",
        2014,
        "arXiv:1312.6114",
    ),
    Paper(
        "I. J. Goodfellow, J. Pouget-Abadie, M. Mirza, B. Xu, D. Warde-Farley, S. Ozair, "
        "A. Courville, Y. Bengio",
        "Generative Adversarial Nets",
        "NIPS",
        2014,
        "arXiv:1406.2661",
    ),
    Paper(
        "N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov",
        "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
        "Journal of Machine Learning Research 15, 1929-1958",
        2014,
        "https://jmlr.org/papers/v15/srivastava14a.html",
    ),
    Paper(
        "I. Sutskever, O. Vinyals, Q. V. Le",
        "Sequence to Sequence Learning with Neural Networks",
        "NIPS",
        2014,
        "arXiv:1409.3215",
    ),
    Paper(
        "D. P. Kingma, J. Ba",
        "Adam: A Method for Stochastic Optimization",
        "ICLR",
        2015,
        "arXiv:1412.6980",
    ),
    Paper(
        "S. Ioffe, C. Szegedy",
        "Batch Normalization: Accelerating Deep Network Training by Reducing Internal "
        "Covariate Shift",
        "ICML",
        2015,
        "arXiv:1502.03167",
    ),
    Paper(
        "D. Bahdanau, K. Cho, Y. Bengio",
        "Neural Machine Translation by Jointly Learning to Align and Translate",
        "ICLR",
        2015,
        "arXiv:1409.0473",
    ),
    Paper(
        "V. Mnih and others",
        "Human-level control through deep reinforcement learning",
        "Nature 518, 529-533",
        2015,
        "doi:10.1038/nature14236",
    ),
    Paper(
        "K. He, X. Zhang, S. Ren, J. Sun",
        "Deep Residual Learning for Image Recognition",
        "CVPR",
        2016,
        "arXiv:1512.03385",
    ),
    Paper(
        "D. Silver and others",
        "Mastering the game of Go with deep neural networks and tree search",
        "Nature 529, 484-489",
        2016,
        "doi:10.1038/nature16961",
    ),
    Paper(
        "A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser, "
        "I. Polosukhin",
        "Attention Is All You Need",
        "NIPS",
        2017,
        "arXiv:1706.03762",
    ),
)


def suggested(session: Session, course_id: int) -> list[str]:
    """The references that a course suggests: its own list, or the usual one."""
    kept = session.scalar(sa.select(PaperList.content).where(PaperList.course_id == course_id))
    return [paper.reference for paper in PAPERS] if kept is None else kept.splitlines()


def fitting_references(references: Iterable[str]) -> list[str]:
    """References for a list, each once and none empty; raises PaperListError."""
    lines = list(dict.fromkeys(line.strip() for line in references if line.strip()))
    if len(lines) > MOST_REFERENCES:
        raise PaperListError(f"There are {len(lines)} papers, expected at most {MOST_REFERENCES}.")
    for line in lines:
        if len(line) > LONGEST_REFERENCE:
            raise PaperListError(
                f"The reference that begins {line[:40]!r} has {len(line)} characters, expected at "
                f"most {LONGEST_REFERENCE}."
            )
    return lines
