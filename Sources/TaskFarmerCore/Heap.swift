/// A binary heap: the least is first.
package struct Heap<Element: Comparable> {
    private var elements: [Element] = []

    package init() {}

    package var first: Element? { elements.first }
    package var count: Int { elements.count }
    package var isEmpty: Bool { elements.isEmpty }
    package var all: [Element] { elements }

    package mutating func reserve(_ capacity: Int) { elements.reserveCapacity(capacity) }

    package mutating func insert(_ element: Element) {
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

    package mutating func removeFirst() -> Element {
        let first = elements[0]
        let last = elements.removeLast()
        if !elements.isEmpty { replaceFirst(by: last) }
        return first
    }

    package mutating func replaceFirst(by element: Element) {
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

    package mutating func removeAll() { elements.removeAll() }
}
