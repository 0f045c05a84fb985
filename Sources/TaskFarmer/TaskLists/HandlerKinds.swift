// The kinds of task list handlers that ship with us.

package enum HandlerKinds {
    package static let all: [HandlerKind] = [
        ListHandler.kind, FilesHandler.kind, TableHandler.kind, SweepHandler.kind, JSONLinesHandler.kind,
        DirectivesHandler.kind, TransformHandler.kind, AthenaHandler.kind,
    ]
}
