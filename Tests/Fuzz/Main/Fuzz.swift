// The program that libFuzzer drives: TASKFARMER_FUZZ names the target. Built without it, it runs a target over files:
//
//   Fuzz TARGET FILE…

import FuzzTargets
import TaskFarmerCore
import TaskFarmerSystem

#if FUZZING
    @_silgen_name("LLVMFuzzerRunDriver")
    private func drive(
        _ count: UnsafeMutablePointer<CInt>,
        _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt

    private let target = FuzzTarget(rawValue: OwnProcess.variable("TASKFARMER_FUZZ")?.text ?? "") ?? .journal

    /// Called by libFuzzer with each input.
    @_cdecl("LLVMFuzzerTestOneInput")
    public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        do { try target.run(Array(UnsafeBufferPointer(start: bytes, count: count))) } catch { fatalError("\(error)") }
        return 0
    }
#endif

@main
struct Fuzz {
    static func main() throws {
        #if FUZZING
            var count = CommandLine.argc
            var words = CommandLine.unsafeArgv
            OwnProcess.leave(drive(&count, &words, testOneInput))
        #else
            let words = OwnProcess.arguments.map(\.text)
            guard words.count > 1, let target = FuzzTarget(rawValue: words[1]) else {
                OwnProcess.put(
                    "usage: Fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) FILE...\n", to: 2)
                OwnProcess.leave(64)
            }
            for file in words.dropFirst(2) { try target.run(try Folder.content(of: Path(file))) }
        #endif
    }
}
