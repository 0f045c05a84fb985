import Foundation
import TaskFarmerCore
import Testing

struct JSONValueTests {
    @Test(arguments: [
        ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)), ("-1.5e+3", .number("-1.5e+3")),
        ("[]", .array([])), ("{}", .object([:])), ("\"\"", .string("")),
        (
            #"{"a" : [1,{"b":null} , "c"],"d":"e"}"#,
            .object(["a": .array([.number("1"), .object(["b": .null]), .string("c")]), "d": .string("e")])
        ),
        (#"{"a":1,"a":2}"#, .object(["a": .number("2")])),
        (#""\"\\\/\b\f\n\r\tä\u00e4\u00E4\u0000""#, .string("\"\\/\u{8}\u{c}\n\r\täää\0")),
        (#""\ud83d\uDE00 \uffff""#, .string("😀 \u{ffff}")),
        (#"["a,b:c]}",",",":"]"#, .array([.string("a,b:c]}"), .string(","), .string(":")])),
    ])
    func `every kind of value is read as it is meant`(text: String, expected: JSONValue) {
        #expect(JSONValue(Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\"}", "nul", "01", "1 2", "\"a", #""\ud83d""#, #""\ud83dx""#, #""\ude00""#,
        #""\ud83d\u0041""#, #""\x""#,
        String(repeating: "[", count: 600) + String(repeating: "]", count: 600),
    ])
    func `what is no JSON, or no text, is refused`(text: String) {
        #expect(JSONValue(Array(text.utf8)) == nil)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(JSONValue([34, 0xFF, 34]) == nil)
        #expect(JSONValue([34, 0xED, 0xA0, 0x80, 34]) == nil)
    }

    @Test func `what Foundation writes is read as Foundation reads it`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let made = Self.value(depth: 4, &random)
            let options: JSONSerialization.WritingOptions =
                Bool.random(using: &random) ? [.fragmentsAllowed] : [.fragmentsAllowed, .prettyPrinted]
            let bytes = try Array(JSONSerialization.data(withJSONObject: made, options: options))
            #expect(JSONValue(bytes) == Self.expected(made), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    private static func value(depth: Int, _ random: inout some RandomNumberGenerator) -> Any {
        switch Int.random(in: 0..<(depth == 0 ? 3 : 5), using: &random) {
        case 0: return NSNull()
        case 1: return Int.random(in: -1000...1000, using: &random)
        case 2: return text(&random)
        case 3: return (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth: depth - 1, &random) }
        default:
            var object: [String: Any] = [:]
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                object[text(&random)] = value(depth: depth - 1, &random)
            }
            return object
        }
    }

    private static func text(_ random: inout some RandomNumberGenerator) -> String {
        String(
            (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                "a \"\\/\u{1}\n,:]}é€😀".randomElement(using: &random) ?? " "
            })
    }

    private static func expected(_ value: Any) -> JSONValue {
        switch value {
        case let text as String: .string(text)
        case let number as Int: .number(String(number))
        case let values as [Any]: .array(values.map(expected))
        case let object as [String: Any]: .object(object.mapValues(expected))
        default: .null
        }
    }
}
