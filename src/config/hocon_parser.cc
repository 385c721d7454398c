// SPDX-License-Identifier: Apache-2.0
#include "config/hocon_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "config/hocon_blanks.h"
#include "config/hocon_scanner.h"

namespace sluice::hocon {
namespace {

constexpr std::string_view kNotInUnquoted = "$\"{}[]:=,+#\\^?!@*&`\n\r";
constexpr int kDepthMax = 200;
constexpr int kIncludesMax = 20;
constexpr size_t kMistakesMax = 50;  // more are hardly of one file

bool IsPluginSection(const std::string& key) {
  return key == "source" || key == "transform" || key == "sink";
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

std::string Beside(const std::string& file, const std::string& path) {
  const size_t slash = file.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos) return path;
  return file.substr(0, slash + 1) + path;
}

// What can be shown of a text that may be a key and what was meant as its value.
std::string FirstWord(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && BlankSize(text.substr(end)) == 0 && text[end] != '\'') ++end;
  return std::string(text.substr(0, end));
}

// A recursive-descent parser. A mistake is thrown to the member or element it stands in; the parser
// goes on behind it, so that one look shows all mistakes.
class Parser : private Scanner {
 public:
  // `base`: the key below which the file is included by the one that includes it, and so on.
  Parser(const std::string& text, std::string file, const HoconOptions& options, int includes,
         std::vector<std::string> base)
      : Scanner(text, std::move(file), options.json),
        options_(options),
        includes_(includes),
        base_(base),
        keys_(std::move(base)) {}

  // The root; without what was wrong when there are mistakes.
  NodePtr Document() {
    try {
      return Root();
    } catch (ParseError& error) {
      Report(std::move(error));
      return NewNode(Here());
    }
  }
  std::vector<Remark>& mistakes() { return mistakes_; }

 private:
  NodePtr Root() {
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

  void Report(ParseError error) { mistakes_.push_back(std::move(error.remark)); }
  // One member or element, `one`, of what ends with `closing`. False: there was a mistake in it,
  // and the next one begins here.
  template <typename F>
  bool Attempt(char closing, F one) {
    const int depth = depth_;
    const int list_depth = list_depth_;
    const size_t keys = keys_.size();
    try {
      one();
      return true;
    } catch (ParseError& error) {
      if (error.fatal || mistakes_.size() + 1 >= kMistakesMax) throw;
      Report(std::move(error));
      depth_ = depth;
      list_depth_ = list_depth;
      keys_.resize(keys);
      Recover(closing);
      return false;
    }
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
      Attempt(closing, [&] {
        if (!Include(*object)) OneMember(*object);
        Separate(closing, closing == '\0' ? '}' : closing);
      });
    }
    return object;
  }
  void Separate(char closing, char shown) {
    if (SkipSeparator(closing) || AtEnd() || Peek() == closing) return;
    Throw(fmt::format("expected a line end, ',' or '{}' here", shown));
  }
  bool Closes(const Origin& opened, char closing) {
    SkipSpace();
    if (AtEnd() && closing != '\0' && mistakes_.empty()) {
      ThrowFatal(Here(), fmt::format("'{}' is missing for what was opened at line {}", closing,
                                     opened.line));
    }
    // Behind a mistake, a bracket that seems missing may have been in what was passed over.
    if (AtEnd()) return true;
    if (closing == '\0' || Peek() != closing) return false;
    Advance();
    return true;
  }

  void OneMember(Node& object) {
    const auto path = Path();
    const Origin after_key = Here();
    const Place behind_key = place();
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
      Return(behind_key);
      Throw(after_key, fmt::format("expected '=', ':' or '{{' after the key '{}'", key_word_));
    }
    SkipSpace();
    const int nested = static_cast<int>(path.size()) - 1;  // in objects that the path makes
    depth_ += nested;
    for (const auto& [key, origin] : path) keys_.push_back(key);
    NodePtr value = ValueOf(path.front().first);
    keys_.resize(keys_.size() - path.size());
    depth_ -= nested;
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
    Reference reference{{}, {}, path.back().first, true, true};
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
    bool any_pieces = false;
    for (;;) {
      if (Peek() == '"') {
        key += QuotedText();
        quoted = key.size();
        if (!any_pieces) key_word_ = FirstWord(key);
        any_pieces = any_quoted = true;
        if (options_.json) return key;
        continue;
      }
      const size_t size = KeyText();
      if (size == 0) break;
      key.append(text(), at(), size);
      Advance(size);
      if (!any_pieces) key_word_ = FirstWord(key);
      any_pieces = true;
    }
    key.resize(quoted + TrimRight(std::string_view(key).substr(quoted)).size());
    if (key.empty() && !any_quoted) Throw(fmt::format("expected a key, found '{}'", Peek()));
    return key;
  }
  // Length of unquoted text of a key from here, blanks inside included.
  size_t KeyText() const {
    size_t end = at();
    while (end < text().size() && kNotInUnquoted.find(text()[end]) == std::string_view::npos &&
           text().compare(end, 2, "->") != 0 && text().compare(end, 2, "//") != 0) {
      ++end;
    }
    return end - at();
  }

  // The value of a key; its pieces end with the line, a comma or a closing bracket.
  NodePtr ValueOf(const std::string& owner) {
    if (++depth_ > kDepthMax) ThrowFatal(Here(), "nested too deeply");
    const Origin origin = Here();
    Concat concat;
    for (;;) {
      const size_t blanks_at = at();
      SkipBlanks();
      if (AtEnd() || AtComment() ||
          std::string_view("\n,}]").find(Peek()) != std::string_view::npos) {
        break;
      }
      if (!concat.pieces.empty() && at() > blanks_at) {
        concat.pieces.push_back(Text(text().substr(blanks_at, at() - blanks_at), origin, true));
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
    if (Peek() == '"') return Text(QuotedText(), origin);
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
    std::string word(TrimRight(text().substr(at(), size)));
    Advance(word.size());
    NodePtr node = NewNode(origin);
    Value value = Unquoted(std::move(word), origin);
    if (options_.json && value.as_string() != nullptr) Throw(origin, "JSON wants text in quotes");
    node->data = Scalar{std::move(value), false};
    return node;
  }
  // Unquoted text up to what ends it; digits may hold a sign ("1e+3").
  size_t ValueText() const {
    size_t end = at();
    while (end < text().size() && text().compare(end, 2, "//") != 0) {
      const bool sign = text()[end] == '+' && end > at() && (text()[end - 1] | 0x20) == 'e' &&
                        end - 1 > at() && text()[end - 2] >= '0' && text()[end - 2] <= '9';
      if (kNotInUnquoted.find(text()[end]) != std::string_view::npos && !sign) break;
      ++end;
    }
    return end - at();
  }
  NodePtr Text(std::string text, const Origin& origin, bool blanks = false) const {
    NodePtr node = NewNode(origin);
    node->data = Scalar{Value(std::move(text), origin), blanks};
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
      Attempt(']', [&] {
        list.elements.push_back(ValueOf(owner));
        Separate(']', ']');
      });
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
      Attempt('}', [&] {
        list.elements.push_back(OnePlugin());
        Separate('}', '}');
      });
    }
    NodePtr node = NewNode(origin);
    node->data = std::move(list);
    return node;
  }
  NodePtr OnePlugin() {
    if (Looking("include ") || Looking("include\"")) {
      Throw("include does not work directly inside source, transform or sink");
    }
    NodePtr holder = NewNode(Here());
    OneMember(*holder);
    return NamedPlugin(std::move(holder->as<ObjectNode>()->members.front()));
  }
  NodePtr NamedPlugin(Member member) const {
    NodePtr value = std::move(member.value);
    if (value->as<Scalar>() != nullptr || value->as<ListNode>() != nullptr) return value;
    value->origin = member.origin;
    NodePtr named = NewNode(member.origin);
    named->as<ObjectNode>()->members.push_back(
        {"plugin_name", member.origin, Text(member.key, member.origin)});
    return hocon::Merge(std::move(named), std::move(value));
  }

  NodePtr ReferencePiece() {
    const Origin origin = Here();
    if (options_.json) Throw("JSON has no references");
    if (Peek(1) != '{') Throw("'$' must be quoted, or begin a reference like ${name}");
    const size_t begin = at();
    Advance(2);
    Reference reference;
    reference.base = base_;
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
    reference.text = text().substr(begin, at() - begin);
    NodePtr node = NewNode(origin);
    node->data = std::move(reference);
    return node;
  }

  // `include "file"`, `include file("…")`, `include required(…)`. False: not an include.
  bool Include(Node& object) {
    if (!Looking("include") || options_.json) return false;
    size_t next = at() + 7;
    while (const size_t size = BlankSize(std::string_view(text()).substr(next))) next += size;
    const std::string_view rest = std::string_view(text()).substr(next);
    if (!rest.starts_with('"') && !rest.starts_with("required(") && !rest.starts_with("file(")) {
      return false;
    }
    const Origin origin = Here();
    Advance(next - at());
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
  void Merge(Node& object, const Origin& origin, const std::string& name, bool required) {
    if (!options_.read_file) Throw(origin, "include is not possible here");
    if (includes_ >= kIncludesMax) Throw(origin, "too many files include each other");
    std::string path = Beside(file(), name);
    auto text = options_.read_file(path);
    // A name without an extension may leave out ".conf".
    const bool bare = path.find('.', path.rfind('/') + 1) == std::string::npos;
    if (!text && bare) text = options_.read_file(path += ".conf");
    if (!text) {
      if (required) Throw(origin, "the included file cannot be read: " + text.error().ToString());
      return;
    }
    Parser inner(*text, path, options_, includes_ + 1, keys_);
    inner.depth_ = depth_;
    NodePtr included = inner.Document();
    std::ranges::move(inner.mistakes(), std::back_inserter(mistakes_));
    for (Member& member : included->as<ObjectNode>()->members) {
      SetPath(object, {{member.key, member.origin}}, std::move(member.value));
    }
  }

  const HoconOptions& options_;
  const int includes_;
  const std::vector<std::string> base_;
  std::vector<std::string> keys_;  // of the value being read, from the root of the job file
  std::vector<Remark> mistakes_;
  std::string key_word_;  // the first word of the key read last
  int depth_ = 0;
  int list_depth_ = 0;  // lists since the innermost object: an object in a list is no section
};

}  // namespace

NodePtr ParseDocument(const std::string& text, const std::string& file, const HoconOptions& options,
                      Diagnostics& diagnostics) {
  Parser parser(text, file, options, 0, {});
  NodePtr root = parser.Document();
  for (Remark& mistake : parser.mistakes()) {
    diagnostics.Error(mistake.origin, std::move(mistake.text));
  }
  return parser.mistakes().empty() ? std::move(root) : nullptr;
}

}  // namespace sluice::hocon
