// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is built the same way: the upcoming language, with every unsafe construct in plain sight.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
]

let package = Package(
    name: "TaskFarmer",
    products: [
        .library(name: "TaskFarmer", targets: ["TaskFarmer"]),
        .executable(name: "taskfarmer", targets: ["taskfarmer"]),
    ],
    targets: [
        .target(name: "CTaskFarmer"),
        .target(name: "TaskFarmerSystem", dependencies: ["CTaskFarmer"], swiftSettings: settings),
        .target(name: "TaskFarmerCore", swiftSettings: settings),
        .target(name: "TaskFarmer", dependencies: ["TaskFarmerCore", "TaskFarmerSystem"], swiftSettings: settings),
        .target(name: "TaskFarmerReport", dependencies: ["TaskFarmerCore"], swiftSettings: settings),
        .target(
            name: "TaskFarmerCLI",
            dependencies: ["TaskFarmer", "TaskFarmerCore", "TaskFarmerReport", "TaskFarmerSystem"],
            swiftSettings: settings),
        .executableTarget(
            name: "taskfarmer", dependencies: ["TaskFarmerCLI"], path: "Sources/TaskFarmerMain",
            swiftSettings: settings),
        .testTarget(name: "TaskFarmerCoreTests", dependencies: ["TaskFarmerCore"], swiftSettings: settings),
    ]
)
