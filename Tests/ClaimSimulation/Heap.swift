/// A binary heap: the least is first.
struct Heap<Element: Comparable> {
    private var elements: [Element] = []

    var first: Element? { elements.first }
    var count: Int { elements.count }
    var isEmpty: Bool { elements.isEmpty }
    var all: [Element] { elements }

    mutating func reserve(_ capacity: Int) { elements.reserveCapacity(capacity) }

    mutating func insert(_ element: Element) {
        var hole = elements.count
        elements.append(element)
        while hole > 0 {
            let above = (hole - 1) / 2
            if !(element < elements[above]) { break }
            elements[hole] = elements[above]
            hole = above
        }
        elements[hole] = element
    }

    mutating func removeFirst() -> Element {
        let first = elements[0]
        let last = elements.removeLast()
        if !elements.isEmpty { replaceFirst(by: last) }
        return first
    }

    mutating func replaceFirst(by element: Element) {
        let count = elements.count
        var hole = 0
        while true {
            var below = 2 * hole + 1
            if below >= count { break }
            if below + 1 < count && elements[below + 1] < elements[below] { below += 1 }
            if !(elements[below] < element) { break }
            elements[hole] = elements[below]
            hole = below
        }
        elements[hole] = element
    }

    mutating func removeAll() { elements.removeAll() }
}
