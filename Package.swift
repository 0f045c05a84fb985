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
        // Stops itself by SIGKILL at a chosen file operation; what remains is what the store's tests recover from.
        .executableTarget(
            name: "StoreCrasher", dependencies: ["TaskFarmer", "TaskFarmerCore", "TaskFarmerSystem"],
            path: "Tests/StoreCrasher", swiftSettings: settings),
        // Thousands of farmers on a virtual clock, for the tests of the claim policy and for measuring it.
        .target(
            name: "ClaimSimulation", dependencies: ["TaskFarmerCore"], path: "Tests/ClaimSimulation",
            swiftSettings: settings),
        .testTarget(
            name: "TaskFarmerCoreTests", dependencies: ["TaskFarmerCore", "ClaimSimulation"], swiftSettings: settings),
        // What is measured against its targets: swift run -c release Benchmarks. The measure is a C loop that only spawns.
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "ClaimSimulation", "SpawnLoop", "TaskFarmer", "TaskFarmerCore", "TaskFarmerSystem", "taskfarmer",
            ],
            path: "Tests/Benchmarks", swiftSettings: settings),
        .executableTarget(name: "SpawnLoop", path: "Tests/SpawnLoop"),
        // Any bytes for every file that is read: Tests/Fuzz/run.sh.
        .target(
            name: "FuzzTargets", dependencies: ["TaskFarmer", "TaskFarmerCore", "TaskFarmerSystem"],
            path: "Tests/Fuzz/Targets", swiftSettings: settings),
        .executableTarget(
            name: "Fuzz", dependencies: ["FuzzTargets", "TaskFarmerCore", "TaskFarmerSystem"], path: "Tests/Fuzz/Main"),
        .testTarget(
            name: "TaskFarmerTests",
            dependencies: ["TaskFarmer", "TaskFarmerCore", "TaskFarmerSystem", "StoreCrasher", "FuzzTargets"],
            swiftSettings: settings),
        .testTarget(
            name: "TaskFarmerCLITests",
            dependencies: ["TaskFarmer", "TaskFarmerCLI", "TaskFarmerCore", "TaskFarmerReport", "TaskFarmerSystem"],
            exclude: ["Golden"], swiftSettings: settings),
        .testTarget(
            name: "TaskFarmerIntegrationTests", dependencies: ["taskfarmer", "TaskFarmerCore"],
            exclude: ["Fixtures"], swiftSettings: settings),
    ]
)
