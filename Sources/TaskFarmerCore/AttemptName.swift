/// One attempt of all that there are, and who made it.
package struct AttemptName: Sendable, Hashable {
    package var task: Int
    package var attempt: Int
    package var farmer: String

    package init(task: Int, attempt: Int, farmer: String) {
        self.task = task
        self.attempt = attempt
        self.farmer = farmer
    }
}
