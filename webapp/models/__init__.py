"""The tables, by topic."""

from webapp.models.accounts import ApiToken, AuditEntry, BrowserSession, SecretTry, User
from webapp.models.archived import CourseArchived
from webapp.models.assignments import AssignmentVersion, TakenRelease, VersionState
from webapp.models.base import Base
from webapp.models.courses import (
    STAFF,
    Announcement,
    CountingRule,
    Course,
    CourseAssignment,
    Enrolment,
    FormerEnrolment,
    Role,
)
from webapp.models.extensions import Extension
from webapp.models.failures import CheckFailure
from webapp.models.imports import BulkImport, ImportItem, ImportState, RosterFile
from webapp.models.leaderboard import BoardState, Leaderboard, LeaderboardEntry
from webapp.models.presentations import PresentationPlace
from webapp.models.queue_lines import QueueLine
from webapp.models.readings import BankComment, Reader, Reading, ReadingRules, RubricRow
from webapp.models.regrades import Regrade, RegradeItem, RegradeState, Scope
from webapp.models.requests import (
    MessageTemplate,
    RegradeRequest,
    RequestState,
    ScoreOverride,
    StudentNote,
)
from webapp.models.room import UsedRoom
from webapp.models.similarity import ReportState, SimilarityReport, SimilarPair
from webapp.models.submissions import (
    Content,
    Job,
    JobState,
    Lane,
    ManualGrade,
    QuestionScore,
    Result,
    Submission,
    SubmissionState,
)
from webapp.models.visibility import ResultRule, ResultVisibility
from webapp.models.workers import WorkerRow
from webapp.models.written import (
    LARGEST_TEAM,
    SMALLEST_TEAM,
    PaperList,
    PaperReview,
    Proposal,
    ProposalExamples,
    ReviewDraft,
    Slide,
    Team,
    TeamMember,
)

__all__ = [
    "LARGEST_TEAM",
    "SMALLEST_TEAM",
    "STAFF",
    "Announcement",
    "ApiToken",
    "AssignmentVersion",
    "AuditEntry",
    "BankComment",
    "Base",
    "BoardState",
    "BrowserSession",
    "BulkImport",
    "CheckFailure",
    "Content",
    "CountingRule",
    "Course",
    "CourseArchived",
    "CourseAssignment",
    "Enrolment",
    "Extension",
    "FormerEnrolment",
    "ImportItem",
    "ImportState",
    "Job",
    "JobState",
    "Lane",
    "Leaderboard",
    "LeaderboardEntry",
    "ManualGrade",
    "MessageTemplate",
    "PaperList",
    "PaperReview",
    "PresentationPlace",
    "Proposal",
    "ProposalExamples",
    "QuestionScore",
    "QueueLine",
    "Reader",
    "Reading",
    "ReadingRules",
    "Regrade",
    "RegradeItem",
    "RegradeRequest",
    "RegradeState",
    "ReportState",
    "RequestState",
    "Result",
    "ResultRule",
    "ResultVisibility",
    "ReviewDraft",
    "Role",
    "RosterFile",
    "RubricRow",
    "Scope",
    "ScoreOverride",
    "SecretTry",
    "SimilarPair",
    "SimilarityReport",
    "Slide",
    "StudentNote",
    "Submission",
    "SubmissionState",
    "TakenRelease",
    "Team",
    "TeamMember",
    "UsedRoom",
    "User",
    "VersionState",
    "WorkerRow",
]
