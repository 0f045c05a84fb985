// The little of HTML and SVG that the report needs.

internal import TaskFarmerCore

enum HTML {
    /// Text as it may stand between tags and in attributes, on one line.
    static func text(_ text: String) -> String {
        var result = ""
        for character in text.oneLine.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// A table with a heading for each column; columns of numbers stand to the right.
    ///
    /// - Parameters:
    ///   - caption: what it shows
    ///   - head: the columns, those with numbers in them marked
    ///   - rows: cells, which are text and not HTML
    /// - Returns: the element
    static func table(_ caption: String, _ head: [(name: String, isNumber: Bool)], _ rows: [[String]]) -> String {
        var result = "<div class=\"scroll\"><table><caption>\(text(caption))</caption><thead><tr>"
        for column in head {
            result += "<th scope=\"col\"\(column.isNumber ? " class=\"n\"" : "")>\(text(column.name))</th>"
        }
        result += "</tr></thead><tbody>\n"
        for row in rows {
            result += "<tr>"
            for (cell, column) in zip(row, head) {
                result += "<td\(column.isNumber ? " class=\"n\"" : "")>\(text(cell))</td>"
            }
            result += "</tr>\n"
        }
        return result + "</tbody></table></div>\n"
    }

    /// A coordinate.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// What the colours stand for.
    static func legend(_ names: [String]) -> String {
        "<p class=\"legend\">" + names.map { "<span class=\"key \($0)\"></span>\($0)" }.joined(separator: " ")
            + "</p>\n"
    }

    /// A figure with a picture, described for those who do not see it.
    static func figure(
        _ id: String, _ title: String, description: String, width: Int, height: Int, isStretched: Bool = false,
        _ content: String
    ) -> String {
        """
        <figure id="\(id)"><figcaption>\(text(title))</figcaption>
        <svg viewBox="0 0 \(width) \(height)"\(isStretched ? " preserveAspectRatio=\"none\"" : "") role="img" aria-label="\(text(description))">
        \(content)</svg></figure>

        """
    }
}

extension RunFigures.Use {
    /// The word for it in tables, and the class of what is drawn of it.
    var name: String {
        switch self {
        case .useful: "useful"
        case .failed: "failed"
        case .interrupted: "interrupted"
        case .lost: "lost"
        }
    }
}
