// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Embedding",
    dependencies: [.package(name: "TaskFarmer", path: "../..")],
    targets: ["Embedding", "CustomRunner", "CustomHandler"].map { name in
        .executableTarget(name: name, dependencies: [.product(name: "TaskFarmer", package: "TaskFarmer")])
    }
)
