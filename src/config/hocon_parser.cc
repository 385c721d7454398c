// SPDX-License-Identifier: Apache-2.0
#include "config/hocon_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/hocon_blanks.h"

namespace sluice::hocon {
namespace {

constexpr std::string_view kNotInUnquoted = "$\"{}[]:=,+#\\^?!@*&`\n\r";
constexpr int kDepthMax = 200;
constexpr int kIncludesMax = 20;

bool IsPluginSection(const std::string& key) {
  return key == "source" || key == "transform" || key == "sink";
}

void AppendUtf8(uint32_t code, std::string& out) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6U);
    put(0x80 | (code & 0x3fU));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12U);
    put(0x80 | (code >> 6U & 0x3fU));
    put(0x80 | (code & 0x3fU));
  } else {
    put(0xf0 | code >> 18U);
    put(0x80 | (code >> 12U & 0x3fU));
    put(0x80 | (code >> 6U & 0x3fU));
    put(0x80 | (code & 0x3fU));
  }
}

// Unquoted text as the value it stands for.
Value Unquoted(std::string text, const Origin& origin) {
  if (text == "true" || text == "false") return Value(text == "true", origin);
  if (text == "null") return Value::MakeNull(origin);
  const bool digits = text.front() == '-' || (text.front() >= '0' && text.front() <= '9');
  if (digits && text.find_first_not_of("0123456789eE.+-") == std::string::npos) {
    const char* end = text.data() + text.size();
    const bool whole = text.find_first_of("eE.") == std::string::npos;
    int64_t as_int = 0;
    double as_real = 0;
    const auto parsed = whole ? std::from_chars(text.data(), end, as_int)
                              : std::from_chars(text.data(), end, as_real);
    if (parsed.ec == std::errc() && parsed.ptr == end) {
      return Value(Value::Number{std::move(text)}, origin);
    }
  }
  return Value(std::move(text), origin);
}

struct ParseError {
  Remark remark;
};

// A recursive-descent parser. Mistakes are thrown within this file only, to the one catch in
// ParseDocument: every level below would do nothing but pass them on.
class Parser {
 public:
  Parser(const std::string& text, std::string file, const HoconOptions& options, int includes)
      : text_(text), file_(std::move(file)), options_(options), includes_(includes) {}

  NodePtr Document() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = line_start_ = 3;  // a byte order mark
    SkipSpace();
    if (Peek() == '[') Throw("a list cannot be the root of a job file; expected members or '{'");
    const Origin origin = Here();
    const bool braces = Peek() == '{';
    if (options_.json && !braces) Throw("expected '{'");
    if (braces) Advance();
    NodePtr root = Members(origin, braces ? '}' : '\0');
    SkipSpace();
    if (!AtEnd()) Throw(fmt::format("unexpected '{}' after the end of the document", Peek()));
    return root;
  }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Looking(std::string_view word) const { return text_.compare(at_, word.size(), word) == 0; }
  void Advance(size_t count = 1) {
    for (; count > 0 && !AtEnd(); --count, ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
    }
  }
  Origin Here() const { return {file_, line_, static_cast<int>(at_ - line_start_) + 1}; }
  [[noreturn]] void Throw(std::string what) const { throw ParseError{{Here(), std::move(what)}}; }
  [[noreturn]] static void Throw(const Origin& origin, std::string what) {
    throw ParseError{{origin, std::move(what)}};
  }

  bool AtComment() const { return Peek() == '#' || (Peek() == '/' && Peek(1) == '/'); }
  void SkipComment() {
    if (options_.json) Throw("JSON has no comments");
    while (!AtEnd() && Peek() != '\n') Advance();
  }
  void SkipBlanks() {
    while (const size_t size = BlankSize(std::string_view(text_).substr(at_))) Advance(size);
  }
  // Blanks, line ends and comments; true when a line ended.
  bool SkipSpace() {
    bool line_ended = false;
    for (;;) {
      SkipBlanks();
      if (AtComment()) {
        SkipComment();
      } else if (Peek() == '\n') {
        line_ended = true;
        Advance();
      } else {
        return line_ended;
      }
    }
  }
  // Between members or elements: a line end or one comma. False: neither.
  bool SkipSeparator(char closing) {
    bool separated = SkipSpace();
    if (Peek() != ',') return separated && !options_.json;
    Advance();
    SkipSpace();
    if (Peek() == ',') Throw("two commas with nothing between them");
    if (options_.json && Peek() == closing) Throw("JSON allows no comma at the end");
    return true;
  }

  NodePtr NewNode(Origin origin) const {
    return std::make_unique<Node>(Node{ObjectNode{}, std::move(origin), nullptr});
  }

  // Members up to `closing`, which is consumed; '\0': to the end of the text.
  NodePtr Members(const Origin& origin, char closing) {
    NodePtr object = NewNode(origin);
    SkipSpace();
    if (Peek() == ',') Throw("expected a key, found ','");
    while (!Closes(origin, closing)) {
      if (!Include(*object)) OneMember(*object);
      if (!SkipSeparator(closing) && !AtEnd() && Peek() != closing) {
        Throw(
            fmt::format("expected a line end, ',' or '{}' here", closing == '\0' ? '}' : closing));
      }
    }
    return object;
  }
  bool Closes(const Origin& opened, char closing) {
    if (AtEnd() && closing != '\0') {
      Throw(fmt::format("'{}' is missing for what was opened at line {}", closing, opened.line));
    }
    if (AtEnd()) return true;
    if (closing == '\0' || Peek() != closing) return false;
    Advance();
    return true;
  }

  void OneMember(Node& object) {
    const auto path = Path();
    const Origin after_key = Here();
    SkipSpace();
    bool append = false;
    if (Looking("+=")) {
      append = true;
      Advance(2);
    } else if (Peek() == '=' || Peek() == ':') {
      if (options_.json && Peek() == '=') Throw("JSON wants ':' between key and value");
      Advance();
    } else if (Peek() != '{' || options_.json) {
      // Only its first word: behind a forgotten '=' there may be a password.
      const std::string& key = path.back().first;
      Throw(after_key, fmt::format("expected '=', ':' or '{{' after the key '{}'",
                                   key.substr(0, key.find(' '))));
    }
    SkipSpace();
    NodePtr value = ValueOf(path.front().first);
    if (append) value = Appending(std::move(value), path);
    const auto& members = object.as<ObjectNode>()->members;
    if (options_.json && std::ranges::find(members, path[0].first, &Member::key) != members.end()) {
      Throw(path[0].second, fmt::format("the key '{}' is given twice", path[0].first));
    }
    SetPath(object, path, std::move(value));
  }

  // `+= v` is `${?self} [v]`.
  NodePtr Appending(NodePtr value, const std::vector<std::pair<std::string, Origin>>& path) {
    NodePtr self = NewNode(value->origin);
    Reference reference{{}, path.back().first, true, true};
    self->data = std::move(reference);
    NodePtr list = NewNode(value->origin);
    list->data = ListNode{};
    NodePtr both = NewNode(value->origin);
    list->as<ListNode>()->elements.push_back(std::move(value));
    Concat concat;
    concat.pieces.push_back(std::move(self));
    concat.pieces.push_back(std::move(list));
    both->data = std::move(concat);
    return both;
  }

  std::vector<std::pair<std::string, Origin>> Path() {
    std::vector<std::pair<std::string, Origin>> path;
    do {
      if (!path.empty()) Advance(2);
      SkipBlanks();
      const Origin origin = Here();
      path.emplace_back(Key(), origin);
      SkipBlanks();
    } while (Looking("->"));
    return path;
  }
  // Quoted and unquoted pieces side by side; blanks count inside and between them.
  std::string Key() {
    if (options_.json && Peek() != '"') Throw("JSON wants keys in double quotes");
    std::string key;
    size_t quoted = 0;  // how much of the key is not to be trimmed
    bool any_quoted = false;
    for (;;) {
      if (Peek() == '"') {
        key += QuotedText();
        quoted = key.size();
        any_quoted = true;
        if (options_.json) return key;
        continue;
      }
      const size_t size = KeyText();
      if (size == 0) break;
      key.append(text_, at_, size);
      Advance(size);
    }
    key.resize(quoted + TrimRight(std::string_view(key).substr(quoted)).size());
    if (key.empty() && !any_quoted) Throw(fmt::format("expected a key, found '{}'", Peek()));
    return key;
  }
  // Length of unquoted text of a key from here, blanks inside included.
  size_t KeyText() const {
    size_t end = at_;
    while (end < text_.size() && kNotInUnquoted.find(text_[end]) == std::string_view::npos &&
           text_.compare(end, 2, "->") != 0 && text_.compare(end, 2, "//") != 0) {
      ++end;
    }
    return end - at_;
  }

  // The value of a key; its pieces end with the line, a comma or a closing bracket.
  NodePtr ValueOf(const std::string& owner) {
    if (++depth_ > kDepthMax) Throw("nested too deeply");
    const Origin origin = Here();
    Concat concat;
    for (;;) {
      const size_t blanks_at = at_;
      SkipBlanks();
      if (AtEnd() || AtComment() ||
          std::string_view("\n,}]").find(Peek()) != std::string_view::npos) {
        break;
      }
      if (!concat.pieces.empty() && at_ > blanks_at) {
        concat.pieces.push_back(Text(text_.substr(blanks_at, at_ - blanks_at), origin, true));
      }
      concat.pieces.push_back(Piece(owner));
      if (options_.json) break;
    }
    --depth_;
    if (concat.pieces.empty()) Throw(fmt::format("expected a value for '{}'", owner));
    if (concat.pieces.size() == 1) return std::move(concat.pieces.front());
    NodePtr node = NewNode(origin);
    node->data = std::move(concat);
    return node;
  }

  NodePtr Piece(const std::string& owner) {
    const Origin origin = Here();
    if (Peek() == '"') return Text(QuotedText(), origin, true);
    if (Peek() == '$') return ReferencePiece();
    if (Peek() == '[') return ListPiece(owner);
    if (Peek() == '{') {
      Advance();
      if (IsPluginSection(owner) && !options_.json && list_depth_ == 0) return Plugins(origin);
      const int lists = std::exchange(list_depth_, 0);
      NodePtr object = Members(origin, '}');
      list_depth_ = lists;
      return object;
    }
    const size_t size = ValueText();
    if (size == 0) {
      Throw(fmt::format("'{}' must be quoted here: put the value of '{}' in double quotes", Peek(),
                        owner));
    }
    std::string text(TrimRight(text_.substr(at_, size)));
    Advance(text.size());
    NodePtr node = NewNode(origin);
    Value value = Unquoted(std::move(text), origin);
    if (options_.json && value.as_string() != nullptr) Throw(origin, "JSON wants text in quotes");
    node->data = Scalar{std::move(value), false};
    return node;
  }
  // Unquoted text up to what ends it; digits may hold a sign ("1e+3").
  size_t ValueText() const {
    size_t end = at_;
    while (end < text_.size() && text_.compare(end, 2, "//") != 0) {
      const bool sign = text_[end] == '+' && end > at_ && (text_[end - 1] | 0x20) == 'e' &&
                        end - 1 > at_ && text_[end - 2] >= '0' && text_[end - 2] <= '9';
      if (kNotInUnquoted.find(text_[end]) != std::string_view::npos && !sign) break;
      ++end;
    }
    return end - at_;
  }
  NodePtr Text(std::string text, const Origin& origin, bool quoted) const {
    NodePtr node = NewNode(origin);
    node->data = Scalar{Value(std::move(text), origin), quoted};
    return node;
  }

  NodePtr ListPiece(const std::string& owner) {
    const Origin origin = Here();
    Advance();
    ListNode list;
    ++list_depth_;
    SkipSpace();
    if (Peek() == ',') Throw("expected a value, found ','");
    while (!Closes(origin, ']')) {
      list.elements.push_back(ValueOf(owner));
      if (!SkipSeparator(']') && !AtEnd() && Peek() != ']') {
        Throw("expected a line end, ',' or ']' here");
      }
    }
    --list_depth_;
    NodePtr node = NewNode(origin);
    node->data = std::move(list);
    return node;
  }

  // The blocks of source, transform or sink: a list, one element a block, never merged.
  NodePtr Plugins(const Origin& origin) {
    ListNode list;
    list.of_plugins = true;
    SkipSpace();
    while (!Closes(origin, '}')) {
      if (Looking("include ") || Looking("include\"")) {
        Throw("include does not work directly inside source, transform or sink");
      }
      NodePtr holder = NewNode(Here());
      OneMember(*holder);
      Member& member = holder->as<ObjectNode>()->members.front();
      list.elements.push_back(NamedPlugin(std::move(member)));
      if (!SkipSeparator('}') && !AtEnd() && Peek() != '}') {
        Throw("expected a line end, ',' or '}' here");
      }
    }
    NodePtr node = NewNode(origin);
    node->data = std::move(list);
    return node;
  }
  NodePtr NamedPlugin(Member member) const {
    NodePtr value = std::move(member.value);
    auto* object = value->as<ObjectNode>();
    if (object == nullptr) return value;
    value->origin = member.origin;
    if (std::ranges::find(object->members, "plugin_name", &Member::key) == object->members.end()) {
      object->members.push_back(
          {"plugin_name", member.origin, Text(member.key, member.origin, true)});
    }
    return value;
  }

  NodePtr ReferencePiece() {
    const Origin origin = Here();
    if (options_.json) Throw("JSON has no references");
    if (Peek(1) != '{') Throw("'$' must be quoted, or begin a reference like ${name}");
    const size_t begin = at_;
    Advance(2);
    Reference reference;
    if (Peek() == '?') {
      reference.optional = true;
      Advance();
    }
    for (auto& [key, place] : Path()) reference.path.push_back(std::move(key));
    SkipBlanks();
    if (Peek() != '}') {
      Throw(
          fmt::format("'}}' is missing behind '${{{}'; a default needs quotes: \"${{{}:default}}\"",
                      reference.path.front(), reference.path.front()));
    }
    Advance();
    reference.text = text_.substr(begin, at_ - begin);
    NodePtr node = NewNode(origin);
    node->data = std::move(reference);
    return node;
  }

  std::string QuotedText() {
    if (Looking("\"\"\"") && !options_.json) return TripleQuotedText();
    const Origin opened = Here();
    Advance();
    std::string out;
    while (Peek() != '"') {
      if (AtEnd() || Peek() == '\n') Throw(opened, "'\"' is missing at the end of this text");
      if (Peek() == '\\') {
        Escape(out);
      } else {
        out += Peek();
        Advance();
      }
    }
    Advance();
    return out;
  }
  std::string TripleQuotedText() {
    const Origin opened = Here();
    Advance(3);
    size_t end = text_.find("\"\"\"", at_);
    if (end == std::string::npos) Throw(opened, "'\"\"\"' is missing at the end of this text");
    while (end + 3 < text_.size() && text_[end + 3] == '"') ++end;  // they belong to the text
    std::string out = text_.substr(at_, end - at_);
    Advance(end + 3 - at_);
    return out;
  }
  void Escape(std::string& out) {
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const char name = Peek(1);
    if (name == 'u') {
      uint32_t code = Hex4(2);
      Advance(6);
      if (code >= 0xd800 && code < 0xdc00 && Looking("\\u")) {
        code = 0x10000 + ((code - 0xd800) << 10U) + (Hex4(2) - 0xdc00);
        Advance(6);
      }
      return AppendUtf8(code & 0x1fffffU, out);
    }
    const size_t index = kNames.find(name);
    if (name == '\0' || index == std::string_view::npos) {
      Throw(fmt::format("unknown escape '\\{}'; a backslash is written '\\\\'", name));
    }
    out += kValues[index];
    Advance(2);
  }
  uint32_t Hex4(size_t ahead) const {
    uint32_t code = 0;
    const char* begin = text_.data() + std::min(at_ + ahead, text_.size());
    const char* end = text_.data() + std::min(at_ + ahead + 4, text_.size());
    const auto parsed = std::from_chars(begin, end, code, 16);
    if (parsed.ptr != begin + 4) Throw("expected four hexadecimal digits behind '\\u'");
    return code;
  }

  // `include "file"`, `include file("…")`, `include required(…)`. False: not an include.
  bool Include(Node& object) {
    if (!Looking("include") || options_.json) return false;
    size_t next = at_ + 7;
    while (const size_t size = BlankSize(std::string_view(text_).substr(next))) next += size;
    const std::string_view rest = std::string_view(text_).substr(next);
    if (!rest.starts_with('"') && !rest.starts_with("required(") && !rest.starts_with("file(")) {
      return false;
    }
    const Origin origin = Here();
    Advance(next - at_);
    bool required = false;
    int open = 0;
    for (;; ++open) {
      if (Looking("required(")) {
        required = true;
        Advance(9);
      } else if (Looking("file(")) {
        Advance(5);
      } else {
        break;
      }
    }
    const std::string path = QuotedText();
    for (; open > 0; --open) {
      if (Peek() != ')') Throw("')' is missing behind the included file");
      Advance();
    }
    Merge(object, origin, path, required);
    return true;
  }
  void Merge(Node& object, const Origin& origin, std::string path, bool required) const {
    if (!options_.read_file) Throw(origin, "include is not possible here");
    if (includes_ >= kIncludesMax) Throw(origin, "too many files include each other");
    auto text = options_.read_file(path);
    // A name without an extension may leave out ".conf".
    const bool bare = path.find('.', path.rfind('/') + 1) == std::string::npos;
    if (!text && bare) text = options_.read_file(path += ".conf");
    if (!text) {
      if (required) Throw(origin, "the included file cannot be read: " + text.error().ToString());
      return;
    }
    Parser inner(*text, path, options_, includes_ + 1);
    NodePtr included = inner.Document();
    for (Member& member : included->as<ObjectNode>()->members) {
      SetPath(object, {{member.key, member.origin}}, std::move(member.value));
    }
  }

  const std::string& text_;
  const std::string file_;
  const HoconOptions& options_;
  const int includes_;
  size_t at_ = 0;
  size_t line_start_ = 0;
  int line_ = 1;
  int depth_ = 0;
  int list_depth_ = 0;  // lists since the innermost object: an object in a list is no section
};

}  // namespace

NodePtr ParseDocument(const std::string& text, const std::string& file, const HoconOptions& options,
                      Remark& mistake) {
  try {
    return Parser(text, file, options, 0).Document();
  } catch (ParseError& error) {
    mistake = std::move(error.remark);
    return nullptr;
  }
}

}  // namespace sluice::hocon
