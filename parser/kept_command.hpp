// Commands whose lines are kept without being read: one expression of the same vocabulary, in which arg(...) stands where
// other commands bind a member. kept(...) is one line a block, kept_many(...) any number, kept_block(...) opens a mode.
#pragma once

#include "parser/kept.hpp"
#include "parser/mode.hpp"
#include "parser/no_effect.hpp"

namespace parser {

/// arg(value): the value's canonical text becomes a word of the line.
template <Kept::Use U, class S>
struct Arg : x3::unary_parser<S, Arg<U, S>> {
  using x3::unary_parser<S, Arg>::unary_parser;
  template <class C, class A>
  bool parse(It& first, const It& last, const C& context, Kept& line, A&) const {
    typename S::value_type value{};
    const It p = Session::skip(first, last);
    if (!this->subject.parse(first, last, context, line, value)) return false;
    line.put(static_cast<std::size_t>(p - session_of(context).begin()), this->subject.text(value),
             S::secret && U < Kept::Use::secret ? Kept::Use::secret : U);
    return true;
  }
  void generate(Generator& g) const { g.value(this->subject); }
  std::string syntax(const SyntaxWriter& w) const { return w.value(this->subject); }
};
template <class S>
Arg<Kept::Use::argument, S> arg(const S& subject) {
  return Arg<Kept::Use::argument, S>(subject);
}
/// As arg, and lines that differ in it stand beside each other.
template <class S>
Arg<Kept::Use::selector, S> selector(const S& subject) {
  return Arg<Kept::Use::selector, S>(subject);
}

/// As arg, for a secret whose type may stand in front of it.
template <Kept::Use U, class S>
Arg<U, S> typed_secret(const S& subject) {
  return Arg<U, S>(subject);
}

/// Values up to `most`, each a word.
template <class S>
struct Args : x3::unary_parser<S, Args<S>> {
  std::size_t least, most;
  Args(const S& subject, std::size_t l, std::size_t m) : x3::unary_parser<S, Args<S>>(subject), least(l), most(m) {}
  template <class C, class A>
  bool parse(It& first, const It& last, const C& context, Kept& line, A&) const {
    It p = first;
    std::size_t count = 0;
    while (count < most && this->subject.parse(p, last, context, line, x3::unused)) ++count;
    if (count < least) return false;
    first = p;
    return true;
  }
  void generate(Generator& g) const {
    for (std::size_t n = least + g.roll(static_cast<unsigned>(std::min<std::size_t>(most - least, 2)) + 1); n > 0; --n)
      g.make(this->subject);
  }
  std::string syntax(const SyntaxWriter& w) const { return w.several(w.text(this->subject), least, most); }
};
template <class S>
Args<S> repeat(const S& subject, std::size_t least, std::size_t most) {
  return Args<S>(subject, least, most);
}

/// Keywords one behind the other, known at run time: the rows of tables of commands.
struct Words : x3::parser<Words> {
  std::vector<Keyword> keywords;
  explicit Words(std::vector<Keyword> k) : keywords(std::move(k)) {}
  template <class C, class R, class A>
  bool parse(It& first, const It& last, const C& context, R& object, A& unused) const {
    It p = first;
    for (const Keyword& keyword : keywords)
      if (!keyword.parse(p, last, context, object, unused)) return false;
    first = p;
    return true;
  }
  void generate(Generator& g) const {
    for (const Keyword& keyword : keywords) g.make(keyword);
  }
  std::string syntax(const SyntaxWriter&) const {
    std::string out;
    for (const Keyword& keyword : keywords) out += (out.empty() ? "" : " ") + std::string(keyword.text);
    return out;
  }
};

/// What differs from the usual keeping; everything but `note` may be left out.
struct KeptRules {
  std::string_view note{};                   // why there is no effect; empty: it has one, or its block says it
  const Mode& (*opens)() = nullptr;          // of kept_block
  const Mode* opens_this = nullptr;          // the same for modes of tables
  bool (*effective)(const Kept&) = nullptr;  // has effect in spite of the note
  Negation negation = Negation::erases;
  std::string_view hidden{};  // the line that means the default, which is not kept
  std::string_view absent{};
  std::string_view already{};
  std::string (*nothing)(const Kept&) = nullptr;
  bool stored = true;    // false: understood, not kept
  bool no_bare = false;  // what `no` keeps of a line are its keywords
  bool set_form = true, no_form = true;
  bool opaque = false;  // takes any line
  std::string (*settle)(Kept&) = nullptr;
  bool (*before)(const Kept&, const Kept&) = nullptr;
  std::string (*prompt)(const Kept&) = nullptr;
  std::string (*affects)(Node& block, const Kept&, bool taken) = nullptr;
  bool (*unfinished)(const Kept&) = nullptr;
  Taken (*take)(Kept&, std::string_view) = nullptr;
  /// What the line says together with the one before it that it would replace.
  std::string (*joined)(const Kept& old, const Kept& given) = nullptr;
};

/// KeptRules::effective of a line that is read from its words (parser/compile_access.cpp).
inline bool in_force(const Kept&) { return true; }

/// Everything of a kept command but its grammar.
class KeptCommand : public Command {
 public:
  KeptCommand(Merge merge, const KeptRules& rules) : rules_(rules), merge_(rules.stored ? merge : Merge::accepted) {}

  const std::type_info& type() const override { return typeid(Kept); }
  void print(const void* value, bool, std::string& out) const override;
  void print_hidden(const void* value, std::string& out) const override;
  std::string default_line() const override;
  std::vector<BoundColumn> columns(const void* value) const override;
  Merge merge() const override { return merge_; }
  bool allows(Form form) const override { return form == Form::set ? rules_.set_form : rules_.no_form; }
  bool equal(const void* a, const void* b) const override { return of(a) == of(b); }
  bool same(const void* old, const void* given, bool bare) const override;
  bool same_is_equal() const override { return merge_ != Merge::once && !selects() && singles_.empty(); }
  bool ordered() const override { return rules_.before != nullptr; }
  bool before(const void* a, const void* b) const override { return rules_.before(of(a), of(b)); }
  bool ordered_by_key() const override { return false; }
  bool is_default(const void* value) const override { return !rules_.hidden.empty() && of(value).text == rules_.hidden; }
  std::string settle(void* value) const override;
  std::string_view note(const void*) const override { return rules_.note; }
  std::string_view reason() const override { return rules_.note; }
  bool has_effect() const override { return false; }
  bool effective_in(const Node&, const void* value) const override { return rules_.effective && rules_.effective(of(value)); }
  Negation negation() const override { return rules_.negation; }
  bool keeps_no(const void*) const override { return rules_.negation != Negation::erases; }
  bool gives_way(const void* value) const override;
  std::string_view absent() const override { return rules_.absent; }
  std::string_view already() const override { return rules_.already; }
  bool takes_beginning() const override { return merge_ != Merge::once && !selects(); }
  std::string nothing(const void* value) const override { return rules_.nothing ? rules_.nothing(of(value)) : ""; }
  std::string affects(Node& block, const void* value, bool taken) const override {
    return rules_.affects ? rules_.affects(block, of(value), taken) : "";
  }
  const Mode* opens() const override { return rules_.opens ? &rules_.opens() : rules_.opens_this; }
  bool enters(const void*) const override { return true; }
  std::string refuses_new(const void*) const override { return {}; }
  std::string advice(const Node&, const Node&, bool) const override { return {}; }
  std::string keeps(const Node&, const void*) const override { return {}; }
  std::string prompt(const void* value) const override { return rules_.prompt ? rules_.prompt(of(value)) : ""; }
  bool has_add() const override { return rules_.joined != nullptr; }
  Answer add(Lines& lines, const void* value) const override;
  bool has_remove() const override { return false; }
  Answer remove(Lines&, const void*, bool) const override { return {}; }
  Answer act(Editor&, const void*, Form) const override { return {}; }
  bool opaque() const override { return rules_.opaque; }
  bool takes_trailer() const override { return false; }
  bool unfinished(const void* value) const override { return rules_.unfinished && rules_.unfinished(of(value)); }
  Taken take(void* value, std::string_view raw) const override { return rules_.take(*static_cast<Kept*>(value), raw); }

 protected:
  /// The expression has selectors: lines with the same ones replace each other.
  virtual bool selects() const = 0;

  void says_no(Kept& line) const;

  /// Lines of one value replace each other where what they are about is known (parser/kept_habits.hpp).
  void learn_singles();

 private:
  static const Kept& of(const void* value) { return *static_cast<const Kept*>(value); }
  std::vector<std::string_view> singles_;
  KeptRules rules_;
  Merge merge_;
};

template <class E>
class KeptCommandOf final : public KeptCommand {
 public:
  KeptCommandOf(Merge merge, E expression, const KeptRules& rules)
      : KeptCommand(merge, rules), expression_(std::move(expression)) {
    LeadLister lister;
    lister.list(expression_);
    lead_ = std::move(lister.out);
    help_ = lister.help;
    learn_singles();
  }
  bool parse(It& first, It last, Session& session, Value& value) const override {
    Kept line;
    const auto context = x3::make_context<session_tag>(session);
    if (!expression_.parse(first, last, context, line, x3::unused)) return false;
    line.cut(static_cast<std::size_t>(first - session.begin()));
    if (session.form == Form::no) says_no(line);
    value = std::make_shared<Kept>(std::move(line));
    return true;
  }
  std::string generate(Dice& dice, Form form) const override {
    Generator g{dice, form};
    g.make(expression_);
    return std::move(g.out);
  }
  std::string syntax() const override { return SyntaxWriter{}.text(expression_); }
  std::string keyword() const override {
    KeywordLister lister;
    lister.list(expression_);
    return std::move(lister.out);
  }

 protected:
  bool selects() const override { return has_selector(expression_); }

 private:
  template <class L, class R>
  static constexpr bool has_selector(const x3::sequence<L, R>& p) {
    return has_selector(p.left) || has_selector(p.right);
  }
  template <class L, class R>
  static constexpr bool has_selector(const x3::alternative<L, R>& p) {
    return has_selector(p.left) || has_selector(p.right);
  }
  template <class S>
  static constexpr bool has_selector(const Tail<S>& p) {
    return has_selector(p.subject);
  }
  template <class S>
  static constexpr bool has_selector(const x3::optional<S>& p) {
    return has_selector(p.subject);
  }
  template <Kept::Use U, class S>
  static constexpr bool has_selector(const Arg<U, S>&) {
    return U == Kept::Use::selector;
  }
  template <class P>
  static constexpr bool has_selector(const P&) {
    return false;
  }
  E expression_;
};

/// One line a block; another replaces it. `rules` begins with the reason why there is no effect.
template <class E>
std::unique_ptr<Command> kept(E expression, const KeptRules& rules) {
  return std::make_unique<KeptCommandOf<E>>(Merge::once, std::move(expression), rules);
}
/// Any number of lines; with selectors, one for each choice of them.
template <class E>
std::unique_ptr<Command> kept_many(E expression, const KeptRules& rules) {
  return std::make_unique<KeptCommandOf<E>>(Merge::many, std::move(expression), rules);
}
template <class E>
std::unique_ptr<Command> kept_block(E expression, const KeptRules& rules) {
  return std::make_unique<KeptCommandOf<E>>(Merge::block, std::move(expression), rules);
}

}  // namespace parser
