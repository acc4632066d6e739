// The typed half of a command: its expression and its rules behind the interface of parser/command.hpp. A mode file makes
// its table with once<T>(expression), many<T>(...), block<T>(...).
#pragma once

#include <stdexcept>

#include "parser/configuration.hpp"
#include "parser/walk.hpp"

namespace parser {

/// What differs from the usual merging; everything may be left out.
template <class T>
struct Rules {
  const Mode& (*opens)() = nullptr;
  bool no_effect = false;
  std::string_view note{};
  std::string_view (*note_for)(const T&) = nullptr;   // in place of both, where it depends on the line; empty: it has effect
  bool (*effective_in)(const Node& block) = nullptr;  // where it has effect in spite of all three
  std::string_view absent{};
  std::string_view already{};
  std::string (*nothing)(const T&) = nullptr;
  bool set_form = true, no_form = true;
  bool trailer = false;
  std::string (*settle)(T&) = nullptr;
  bool (*same)(const T& old, const T& given, bool bare) = nullptr;
  bool same_is_equal = same == nullptr;
  bool (*before)(const T&, const T&) = nullptr;
  bool ordered_by_key = false;
  bool default_empties = false;  // of a block: `default` leaves it there without its lines
  bool (*is_default)(const T&) = nullptr;
  T usual{};  // printed by `show running-config all` where is_default says that it is the default
  std::string (*advice)(const Node& root, const Node& block, bool created) = nullptr;
  std::string (*keeps)(const Node& root, const T&) = nullptr;
  std::string (*prompt)(const T&) = nullptr;
  bool (*enters)(const T&) = nullptr;
  Answer (*act)(Editor&, const T&, Form) = nullptr;
  bool (*keeps_no)(const T&) = nullptr;
  void (*says_no)(T&) = nullptr;  // takes out of the value what `no` does not say
  std::string (*refuses_new)(const T&) = nullptr;
  Answer (*add)(const Command&, Lines&, const T&) = nullptr;
  Answer (*remove)(const Command&, Lines&, const T&, bool bare) = nullptr;
  // Of a line whose value goes on over the next ones.
  bool (*unfinished)(const T&) = nullptr;
  Taken (*take)(T&, std::string_view raw) = nullptr;
  std::string (*behind)(const T&) = nullptr;  // what is printed behind the line: that text
};

/// The keywords by which an expression begins.
struct KeywordLister {
  std::string out{};
  bool more = true;

  void list(const Keyword& p) { out += (out.empty() ? "" : " ") + std::string(p.text); }
  template <class L, class R>
  void list(const x3::sequence<L, R>& p) {
    list(p.left);
    if (more) list(p.right);
  }
  template <auto M, auto V, class S>
  void list(const Is<M, V, S>& p) {
    more = false;
    if (out.empty()) list(p.subject);
  }
  template <class L, class R>
  void list(const x3::alternative<L, R>& p) {
    if constexpr (std::is_same_v<R, Keyword>)
      if (p.right.help.empty()) return list(p.left);  // another spelling
    more = false;
    if (out.empty()) list(p.left);
  }
  template <class P>
  void list(const P& p) {
    if constexpr (requires { p.keywords; })
      for (const Keyword& k : p.keywords) list(k);
    else
      more = false;
  }
};

/// The keywords by which every line of an expression begins.
struct LeadLister {
  std::vector<std::string> out{};
  std::string_view help{};  // of the last of them

  bool list(const Keyword& p) {
    out.emplace_back(p.text);
    help = p.help;
    return true;
  }
  bool list(const Pad&) { return true; }
  template <class L, class R>
  bool list(const x3::sequence<L, R>& p) {
    return list(p.left) && list(p.right);
  }
  template <auto M, auto V, class S>
  bool list(const Is<M, V, S>& p) {
    return list(p.subject);
  }
  template <class P>
  bool list(const P& p) {
    if constexpr (requires { p.keywords; }) {
      for (const Keyword& k : p.keywords) list(k);
      return true;
    }
    return false;
  }
};

template <class T, class E>
class CommandOf final : public Command {
 public:
  CommandOf(Merge merge, E expression, Rules<T> rules) : expression_(std::move(expression)), rules_(rules), merge_(merge) {
    LeadLister lister;
    lister.list(expression_);
    lead_ = std::move(lister.out);
    help_ = lister.help;
  }

  const std::type_info& type() const override { return typeid(T); }
  bool parse(It& first, It last, Session& session, Value& value) const override {
    T object{};
    const auto context = x3::make_context<session_tag>(session);
    if (!expression_.parse(first, last, context, object, x3::unused)) return false;
    if (session.form == Form::no && rules_.says_no) rules_.says_no(object);
    value = std::make_shared<T>(std::move(object));
    return true;
  }
  void print(const void* value, bool bare, std::string& out) const override {
    Printer{out, bare}.put(expression_, of(value));
    if (rules_.behind && !bare) out += rules_.behind(of(value));
  }
  void print_hidden(const void* value, std::string& out) const override {
    Printer{out, false, Secrets::hidden}.put(expression_, of(value));
  }
  std::string default_line() const override {
    std::string out;
    if (rules_.is_default && rules_.is_default(rules_.usual)) print(&rules_.usual, false, out);
    return out;
  }
  std::string generate(Dice& dice, Form form) const override {
    Generator g{dice, form};
    g.make(expression_);
    return std::move(g.out);
  }
  std::vector<BoundColumn> columns(const void* value) const override {
    ColumnLister lister{value != nullptr};
    lister.list(expression_, static_cast<const T*>(value));
    return std::move(lister.out);
  }
  std::string syntax() const override { return SyntaxWriter{}.text(expression_); }
  std::string_view reason() const override { return rules_.note; }
  std::string keyword() const override {
    KeywordLister lister;
    lister.list(expression_);
    return std::move(lister.out);
  }

  Merge merge() const override { return merge_; }
  bool allows(Form form) const override { return form == Form::set ? rules_.set_form : rules_.no_form; }
  bool equal(const void* a, const void* b) const override { return of(a) == of(b); }
  bool same(const void* old, const void* given, bool bare) const override {
    if (rules_.same) return rules_.same(of(old), of(given), bare);
    return merge_ == Merge::once || (merge_ == Merge::many && bare) || of(old) == of(given);
  }
  bool same_is_equal() const override { return merge_ != Merge::once && rules_.same_is_equal; }
  bool ordered() const override { return rules_.before != nullptr; }
  bool before(const void* a, const void* b) const override { return rules_.before(of(a), of(b)); }
  bool ordered_by_key() const override { return rules_.ordered_by_key; }
  bool is_default(const void* value) const override { return rules_.is_default && rules_.is_default(of(value)); }
  std::string settle(void* value) const override {
    return rules_.settle ? rules_.settle(*static_cast<T*>(value)) : std::string();
  }
  bool has_effect() const override { return !rules_.no_effect; }
  std::string_view note(const void* value) const override { return rules_.note_for ? rules_.note_for(of(value)) : rules_.note; }
  bool effective_in(const Node& block, const void*) const override { return rules_.effective_in && rules_.effective_in(block); }
  Negation negation() const override { return Negation::erases; }
  bool keeps_no(const void* value) const override { return rules_.keeps_no && rules_.keeps_no(of(value)); }
  std::string_view absent() const override { return rules_.absent; }
  std::string_view already() const override { return rules_.already; }
  std::string nothing(const void* value) const override { return rules_.nothing ? rules_.nothing(of(value)) : ""; }
  const Mode* opens() const override { return rules_.opens ? &rules_.opens() : nullptr; }
  bool enters(const void* value) const override { return !rules_.enters || rules_.enters(of(value)); }
  std::string refuses_new(const void* value) const override {
    return rules_.refuses_new ? rules_.refuses_new(of(value)) : std::string();
  }
  std::string advice(const Node& root, const Node& block, bool created) const override {
    return rules_.advice ? rules_.advice(root, block, created) : std::string();
  }
  std::string keeps(const Node& root, const void* value) const override {
    return rules_.keeps ? rules_.keeps(root, of(value)) : std::string();
  }
  bool default_empties() const override { return rules_.default_empties; }
  std::string prompt(const void* value) const override { return rules_.prompt ? rules_.prompt(of(value)) : std::string(); }
  bool has_add() const override { return rules_.add != nullptr; }
  Answer add(Lines& lines, const void* value) const override { return rules_.add(*this, lines, of(value)); }
  bool has_remove() const override { return rules_.remove != nullptr; }
  Answer remove(Lines& lines, const void* value, bool bare) const override {
    return rules_.remove(*this, lines, of(value), bare);
  }
  Answer act(Editor& editor, const void* value, Form form) const override {
    return rules_.act ? rules_.act(editor, of(value), form) : Answer{};
  }
  bool opaque() const override { return false; }
  bool takes_trailer() const override { return rules_.trailer; }
  bool unfinished(const void* value) const override { return rules_.unfinished && rules_.unfinished(of(value)); }
  Taken take(void* value, std::string_view raw) const override { return rules_.take(*static_cast<T*>(value), raw); }

 private:
  static const T& of(const void* value) { return *static_cast<const T*>(value); }
  E expression_;
  Rules<T> rules_;
  Merge merge_;
};

template <class T, class E>
std::unique_ptr<Command> command(Merge merge, E expression, Rules<T> rules = {}) {
  return std::make_unique<CommandOf<T, E>>(merge, std::move(expression), rules);
}
/// One line a block; another replaces it.
template <class T, class E>
std::unique_ptr<Command> once(E expression, Rules<T> rules = {}) {
  return command<T>(Merge::once, std::move(expression), rules);
}
/// Any number of lines.
template <class T, class E>
std::unique_ptr<Command> many(E expression, Rules<T> rules = {}) {
  return command<T>(Merge::many, std::move(expression), rules);
}
/// Opens a block, or enters the one there is.
template <class T, class E>
std::unique_ptr<Command> block(E expression, Rules<T> rules) {
  return command<T>(Merge::block, std::move(expression), rules);
}
/// Changes other lines (`rules.act`), and is no line itself.
template <class T, class E>
std::unique_ptr<Command> acting(E expression, Rules<T> rules) {
  return command<T>(Merge::acts, std::move(expression), rules);
}
/// Understood, not kept.
template <class T, class E>
std::unique_ptr<Command> accepted(E expression) {
  return command<T>(Merge::accepted, std::move(expression), Rules<T>{.no_effect = true});
}

struct Leave {
  friend bool operator==(const Leave&, const Leave&) = default;
};
/// `exit` with the help that the mode has for it.
inline std::unique_ptr<Command> leave(std::string_view help) {
  return command<Leave>(Merge::leave, kw("exit", help), {.no_form = false});
}

/// A table from its rows: the rows are move-only, which an initialiser list cannot hold.
template <class... C>
Commands table(C... rows) {
  Commands out;
  out.reserve(sizeof...(C));
  (out.push_back(std::move(rows)), ...);
  return out;
}

/// Tables one behind the other.
template <class... C>
Commands joined(C... parts) {
  Commands out;
  (std::move(parts.begin(), parts.end(), std::back_inserter(out)), ...);
  return out;
}

/// A line for the block, of a value made or changed outside the parser.
template <class T>
std::shared_ptr<const Node> make_line(const Command& command, T value) {
  auto node = std::make_shared<Node>();
  node->command = &command;
  node->value = std::make_shared<T>(std::move(value));
  return node;
}

}  // namespace parser
