import TaskFarmerCLI
import Testing

struct HelpTests {
    @Test func `help texts change only on purpose`() throws {
        try Golden.expect(Help.overview, is: "help.txt")
        for command in Commands.all { try Golden.expect(Help.text(command), is: "help-\(command.name).txt") }
    }

    @Test func `every option shows in the help of its command`() {
        for command in Commands.all {
            for option in command.options { #expect(Help.text(command).contains("--\(option.long)")) }
        }
    }

    @Test func `no command takes the same letter or word twice`() {
        for command in Commands.all {
            let options = command.options + Help.common
            #expect(Set(options.map(\.long)).count == options.count)
            let letters = options.compactMap(\.short)
            #expect(Set(letters).count == letters.count)
        }
    }

    @Test func `completion scripts change only on purpose`() throws {
        try Golden.expect(CompletionCommand.bash, is: "completion.bash")
        try Golden.expect(CompletionCommand.zsh, is: "completion.zsh")
        try Golden.expect(CompletionCommand.fish, is: "completion.fish")
    }
}
