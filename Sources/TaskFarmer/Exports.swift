// What a program that embeds the farmer names without a second import: tasks, outcomes, attempts, system errors.

@_exported public import TaskFarmerCore
@_exported public import TaskFarmerSystem
