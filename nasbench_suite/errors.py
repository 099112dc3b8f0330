"""Every error that users of the package can meet.

    NasBenchSuiteError
    |-- ArchitectureError            not an architecture of the space
    |-- MissingDataError             the table does not hold what was asked for
    |   |-- MissingArchitectureError     a valid architecture that the table lacks
    |   |-- UnknownDatasetError
    |   |-- UnknownFidelityError         schedule or epoch
    |   |-- UnknownMetricError             a name that no table has
    |   |-- MissingTrialError            training seed
    |   `-- MissingValueError            this architecture was not measured
    |-- BudgetExhaustedError         the ledger has nothing left; how a search ends
    |-- TableError                   not a table, truncated, damaged, of another version or space
    |   |-- TableNotFoundError
    |   `-- TableExistsError             another table has that name
    |-- SourceError                  a file that cannot be imported: foreign, corrupt or contradictory
    |-- DatasetError                 images that are not there, or not what they should be
    |-- ProcessKilledError           a process of ours that was killed, perhaps for want of memory
    |-- SweepError                   jobs of a sweep failed; the others ended
    |-- ResultsError                 a results folder that cannot be written, resumed or reported
    |   `-- FolderBusyError              another process works there
    `-- ConfigError                  a configuration that makes no sense

Messages are one line: what was expected, what came, what to do. The command line prints them without a
traceback and exits with code 2.
"""


class NasBenchSuiteError(Exception):
    """Base of all errors that this package raises on purpose."""


class ArchitectureError(NasBenchSuiteError, ValueError):
    """A value or text that is not an architecture of the space."""


class MissingDataError(NasBenchSuiteError, LookupError):
    """The table does not hold what was asked for; nothing is imputed."""


class MissingArchitectureError(MissingDataError):
    """A valid architecture that this table lacks."""


class UnknownDatasetError(MissingDataError):
    """A data set that this table lacks."""


class UnknownFidelityError(MissingDataError):
    """A schedule, or an epoch within it, that this table lacks."""


class UnknownMetricError(MissingDataError):
    """A name of a metric that neither the table nor the package knows."""


class MissingTrialError(MissingDataError):
    """A training seed that was not run, or not stored, for this architecture."""


class MissingValueError(MissingDataError):
    """A metric that was not measured for this architecture."""


class BudgetExhaustedError(NasBenchSuiteError):
    """The budget is spent, or the query would overstep it and the rule is to discard it."""


class TableError(NasBenchSuiteError):
    """A file that is not a table, or one that is truncated, damaged, of another version or space."""


class TableNotFoundError(TableError):
    """No table of that name, or none that has the space and data set."""


class TableExistsError(TableError):
    """A table of that name but with other content is already there."""


class SourceError(NasBenchSuiteError):
    """A source file that cannot be imported: foreign, corrupt, or contradicting itself."""


class DatasetError(NasBenchSuiteError):
    """Images that are not there, or are not what they should be."""


class ProcessKilledError(NasBenchSuiteError):
    """A process of ours that was killed, perhaps for want of memory."""


class SweepError(NasBenchSuiteError):
    """Jobs of a sweep failed; the others ended."""


class ResultsError(NasBenchSuiteError):
    """A results folder that cannot be written, resumed or reported."""


class FolderBusyError(ResultsError):
    """Another process works in a folder, and is not waited for."""


class ConfigError(NasBenchSuiteError, ValueError):
    """A configuration that makes no sense."""
