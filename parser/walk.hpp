// The other walks over a command's expression: print it, weigh what it explains, make a random line of it, list its
// columns. An X3 expression is a plain type, so overloads take it apart.
#pragma once

#include <random>

#include "parser/command.hpp"
#include "parser/terminals.hpp"

namespace parser {

template <class V>
const V* value_in(const V& member) {
  return &member;
}
template <class V>
const V* value_in(const std::optional<V>& member) {
  return member ? &*member : nullptr;
}

/// How many members an expression explains; -1 where it cannot have produced the object. Chooses branches for printing.
struct Scorer {
  bool bare = false;

  template <class T>
  int score(const Keyword&, const T&) const {
    return 0;
  }
  template <class T>
  int score(const Pad&, const T&) const {
    return 0;
  }
  template <class T>
  int score(const x3::eps_parser&, const T&) const {
    return 0;
  }
  template <class L, class R, class T>
  int score(const x3::sequence<L, R>& p, const T& t) const {
    const int left = score(p.left, t);
    const int right = left < 0 ? -1 : score(p.right, t);
    return right < 0 ? -1 : left + right;
  }
  template <class L, class R, class T>
  int score(const x3::alternative<L, R>& p, const T& t) const {
    return std::max(score(p.left, t), score(p.right, t));
  }
  template <class S, class T>
  int score(const x3::optional<S>& p, const T& t) const {
    return std::max(0, score(p.subject, t));
  }
  template <class S, class T>
  int score(const Tail<S>& p, const T& t) const {
    return bare ? 0 : score(p.subject, t);
  }
  template <auto M, class S, class T>
  int score(const TailAfter<M, S>& p, const T& t) const {
    return bare ? 0 : score(p.subject, t);
  }
  template <class S, class T>
  int score(const Usual<S>& p, const T& t) const {
    return score(p.subject, t);
  }
  template <class... P, class T>
  int score(const AnyOrder<P...>& p, const T& t) const {
    const int sum = std::apply([&](const P&... part) { return (std::max(0, score(part, t)) + ...); }, p.parts);
    return sum == 0 ? -1 : sum;
  }
  template <auto M, auto V, class S, class T>
  int score(const Is<M, V, S>& p, const T& t) const {
    const int inner = t.*M == V ? score(p.subject, t) : -1;
    return inner < 0 ? -1 : inner + 1;
  }
  template <auto A, auto N, class S, class T>
  int score(const Split<A, N, S>&, const T& t) const {
    return value_in(t.*N) && !(t.*A).is_v4() ? 2 : -1;
  }
  template <auto M, class S, class T>
  int score(const Each<M, S>& p, const T& t) const {
    const auto& values = t.*M;
    if (values.size() < p.least || values.size() > p.most) return -1;
    return std::all_of(values.begin(), values.end(), [&](const auto& v) { return p.subject.fits(v); }) ? 1 : -1;
  }
  template <auto M, class S, class T>
  int score(const Field<M, S>& p, const T& t) const {
    const auto* value = value_in(t.*M);
    return value ? weigh(p.subject, *value) : -1;
  }
  template <class S, class V>
  int weigh(const S& terminal, const V& value) const {
    return terminal.fits(value) ? 1 : -1;
  }
  template <class T, class S>
  int weigh(const Group<T, S>& p, const T& value) const {
    const int inner = score(p.subject, value);
    return inner < 0 ? -1 : inner + 1;
  }
};

/// Prints an object as the line that gives it. Of alternatives, the one that explains most; the first on a tie.
enum class Secrets : std::uint8_t { printed, hidden };
struct Printer {
  std::string& out;
  bool bare = false;
  Secrets secrets = Secrets::printed;

  void token(std::string_view text) {
    if (!out.empty()) out += ' ';
    out += text;
  }
  template <class T>
  void put(const Keyword& p, const T&) {
    token(p.text);
    out.append(p.padding, ' ');
  }
  template <class T>
  void put(const Pad&, const T&) {
    out += ' ';
  }
  template <class T>
  void put(const x3::eps_parser&, const T&) {}
  template <class L, class R, class T>
  void put(const x3::sequence<L, R>& p, const T& t) {
    put(p.left, t);
    put(p.right, t);
  }
  template <class L, class R, class T>
  void put(const x3::alternative<L, R>& p, const T& t) {
    const Scorer s{bare};
    s.score(p.left, t) >= s.score(p.right, t) ? put(p.left, t) : put(p.right, t);
  }
  template <class S, class T>
  void put(const x3::optional<S>& p, const T& t) {
    if (Scorer{bare}.score(p.subject, t) > 0) put(p.subject, t);
  }
  template <class S, class T>
  void put(const Tail<S>& p, const T& t) {
    if (!bare) put(p.subject, t);
  }
  template <auto M, class S, class T>
  void put(const TailAfter<M, S>& p, const T& t) {
    if (!bare) put(p.subject, t);
  }
  template <class S, class T>
  void put(const Usual<S>& p, const T& t) {
    put(p.subject, t);
  }
  template <class... P, class T>
  void put(const AnyOrder<P...>& p, const T& t) {
    const Scorer s{bare};
    std::apply([&](const P&... part) { ((s.score(part, t) > 0 ? put(part, t) : void()), ...); }, p.parts);
  }
  template <auto M, auto V, class S, class T>
  void put(const Is<M, V, S>& p, const T& t) {
    put(p.subject, t);
  }
  template <auto A, auto N, class S, class T>
  void put(const Split<A, N, S>& p, const T& t) {
    token(p.subject.text({t.*A, value_in(t.*N) ? *value_in(t.*N) : std::uint8_t{0}}));
  }
  template <auto M, class S, class T>
  void put(const Each<M, S>& p, const T& t) {
    for (const auto& value : t.*M) token(p.subject.text(value));
  }
  template <auto M, class S, class T>
  void put(const Field<M, S>& p, const T& t) {
    if (const auto* value = value_in(t.*M)) put_value(p.subject, *value);
  }
  template <class S, class V>
  void put_value(const S& terminal, const V& value) {
    if (!terminal.fits(value)) return;
    if (S::secret && secrets == Secrets::hidden)
      token("******");
    else
      token(terminal.text(value));
  }
  template <class T, class S>
  void put_value(const Group<T, S>& p, const T& value) {
    put(p.subject, value);
  }
};

/// Random valid lines, for the property tests.
struct Generator {
  Dice& dice;
  Form form = Form::set;
  std::string out{};

  unsigned roll(unsigned sides) { return static_cast<unsigned>(dice() % sides); }
  void token(std::string_view text) {
    if (!out.empty()) out += ' ';
    out += text;
  }
  std::string random_name() {
    std::string name{static_cast<char>('A' + roll(26)), static_cast<char>('0' + roll(10))};
    for (unsigned n = roll(6); n > 0; --n) name += "abcxyzABC-_.059"[roll(15)];
    return name;
  }
  engine::IpAddress random_address(engine::Family family) {
    if (family == engine::Family::v4) return engine::IpAddress::v4(roll(8) == 0 ? 0 : static_cast<std::uint32_t>(dice()));
    engine::IpAddress a;
    a.family = family;
    for (std::size_t i : {0, 1, 2, 3, 14, 15}) a.octets[i] = static_cast<std::uint8_t>(roll(256));
    return a;
  }

  void make(const Keyword& p) { token(p.text); }
  void make(const Pad&) {}
  template <class P>
  auto make(const P& p) -> decltype(p.generate(*this)) {
    p.generate(*this);
  }
  void make(const x3::eps_parser&) {}
  template <class L, class R>
  void make(const x3::sequence<L, R>& p) {
    make(p.left);
    make(p.right);
  }
  template <class L, class R>
  void make(const x3::alternative<L, R>& p) {
    roll(2) ? make(p.left) : make(p.right);
  }
  template <class S>
  void make(const x3::optional<S>& p) {
    if (roll(2)) make(p.subject);
  }
  template <class S>
  void make(const Tail<S>& p) {
    if (form == Form::set || roll(2)) make(p.subject);
  }
  template <auto M, class S>
  void make(const TailAfter<M, S>& p) {
    make(p.subject);
  }
  template <class S>
  void make(const Usual<S>& p) {
    if (roll(4)) make(p.subject);
  }
  template <class... P>
  void make(const AnyOrder<P...>& p) {
    const std::size_t start = roll(sizeof...(P)), count = 1 + roll(sizeof...(P));
    for (std::size_t k = 0; k < count; ++k) {
      std::size_t i = 0;
      const std::size_t chosen = (start + k) % sizeof...(P);
      std::apply([&](const P&... part) { ((i++ == chosen ? make(part) : void()), ...); }, p.parts);
    }
  }
  template <auto M, auto V, class S>
  void make(const Is<M, V, S>& p) {
    make(p.subject);
  }
  template <auto A, auto N, class S>
  void make(const Split<A, N, S>& p) {
    value(p.subject);
  }
  template <auto M, class S>
  void make(const Field<M, S>& p) {
    value(p.subject);
  }
  template <auto M, class S>
  void make(const Each<M, S>& p) {
    for (std::size_t n = p.least + roll(static_cast<unsigned>(std::min<std::size_t>(p.most - p.least, 3)) + 1); n > 0; --n)
      value(p.subject);
  }

  void value(const Word&) { token(random_name()); }
  void value(const KeyWord& p) { token(p.digits == KeyWord::Digits::hex ? "0aB1" : random_name() + "!$"); }
  void value(const RestOfLine&) { token(random_name() + "  " + random_name() + " ! " + random_name()); }
  template <class N>
  void value(const Number<N>& p) {
    const std::uint64_t span = p.high - p.low + 1;
    token(std::to_string(roll(4) == 0 ? (roll(2) ? p.low : p.high) : p.low + dice() % span));
  }
  void value(const Address& p) { token(ios_text(random_address(p.family))); }
  void value(const Ipv6Alone&) { token(ios_text(random_address(engine::Family::v6))); }
  void value(const Ipv6Prefix&) { token(ios_text(random_address(engine::Family::v6)) + "/" + std::to_string(roll(129))); }
  void value(const Ipv4Network& p) {
    token(ios_text(random_address(engine::Family::v4)));
    if (p.style == MaskStyle::required || roll(2)) token(ios_text(mask_of(roll(33))));
  }
  void value(const InterfaceName&) {
    token(std::string(interface_types()[roll(static_cast<unsigned>(interface_types().size()))].name) + std::to_string(roll(3)) +
          "/" + std::to_string(roll(20)));
  }
  template <class V>
  void value(const Symbols<V>& p) {
    token((*p.table)[roll(static_cast<unsigned>(p.table->size()))].keyword);
  }
  template <class P>
  auto value(const P& p) -> decltype(p.generate(*this)) {
    p.generate(*this);
  }
  template <class T, class S>
  void value(const Group<T, S>& p) {
    make(p.subject);
  }
};

/// The form of a line as a reference has it.
struct SyntaxWriter {
  static std::string spaced(std::string a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + " " + b; }
  static std::string several(const std::string& one, std::size_t least, std::size_t most) {
    return (least == 0 ? "[" + one : one) + (most > 1 ? " ..." : "") + (least == 0 ? "]" : "");
  }

  std::string text(const Keyword& p) const { return std::string(p.text); }
  std::string text(const Pad&) const { return {}; }
  std::string text(const x3::eps_parser&) const { return {}; }
  template <class P>
  auto text(const P& p) const -> decltype(p.syntax(*this)) {
    return p.syntax(*this);
  }
  template <class L, class R>
  std::string text(const x3::sequence<L, R>& p) const {
    return spaced(text(p.left), text(p.right));
  }
  template <class L, class R>
  std::string text(const x3::alternative<L, R>& p) const {
    const std::string all = choices(p);
    return all.find(" | ") == std::string::npos ? all : "{" + all + "}";
  }
  template <class S>
  std::string text(const x3::optional<S>& p) const {
    return "[" + choices(p.subject) + "]";
  }
  template <class S>
  std::string text(const Tail<S>& p) const {
    return text(p.subject);
  }
  template <auto M, class S>
  std::string text(const TailAfter<M, S>& p) const {
    return text(p.subject);
  }
  template <class S>
  std::string text(const Usual<S>& p) const {
    return "[" + choices(p.subject) + "]";
  }
  template <class... P>
  std::string text(const AnyOrder<P...>& p) const {
    return std::apply(
        [&](const P&... part) {
          std::string out;
          ((out = spaced(out, "[" + choices(part) + "]")), ...);
          return out;
        },
        p.parts);
  }
  template <auto M, auto V, class S>
  std::string text(const Is<M, V, S>& p) const {
    return text(p.subject);
  }
  template <auto A, auto N, class S>
  std::string text(const Split<A, N, S>& p) const {
    return value(p.subject);
  }
  template <auto M, class S>
  std::string text(const Each<M, S>& p) const {
    return several(value(p.subject), p.least, p.most);
  }
  template <auto M, class S>
  std::string text(const Field<M, S>& p) const {
    return value(p.subject);
  }

  template <class L, class R>
  std::string choices(const x3::alternative<L, R>& p) const {
    return joined(choices(p.left), choices(p.right));
  }
  std::string choices(const Keyword& p) const { return p.help.empty() ? std::string() : std::string(p.text); }
  template <class P>
  std::string choices(const P& p) const {
    return text(p);
  }
  /// Another spelling and what says the same as its neighbour are left out.
  static std::string joined(const std::string& a, const std::string& b) {
    return b.empty() || a == b ? a : a.empty() ? b : a + " | " + b;
  }

  std::string value(const Ipv4Network& p) const {
    return p.style == MaskStyle::required ? "A.B.C.D A.B.C.D" : "A.B.C.D [A.B.C.D]";
  }
  std::string value(const InterfaceName&) const { return "INTERFACE"; }
  template <class V>
  std::string value(const Symbols<V>& p) const {
    std::string out;
    for (const auto& row : *p.table) out += (out.empty() ? "" : " | ") + row.keyword;
    return p.table->size() > 1 ? "{" + out + "}" : out;
  }
  template <class T, class S>
  std::string value(const Group<T, S>& p) const {
    return text(p.subject);
  }
  template <class P>
  std::string value(const P& p) const {
    if constexpr (requires { p.placeholder(); })
      return std::string(p.placeholder());
    else
      return "LINE";
  }
};

/// "address" of f<&PeerAddress::address>(...): the member's name as the compiler knows it.
template <auto M>
constexpr std::string_view spell_member() {
  std::string_view text = __PRETTY_FUNCTION__;
  std::size_t end = text.find_first_of(";]", text.find("M = ") + 4);
  text = text.substr(0, end);
  while (text.back() == ')') text.remove_suffix(1);
  return text.substr(text.rfind(':') + 1);
}
template <auto M>
inline constexpr std::string_view member_name = spell_member<M>();

/// The columns of a command; without an object their names and types only.
struct ColumnLister {
  bool with_values;
  std::vector<BoundColumn> out{};
  std::string prefix{};

  BoundColumn& column(std::string_view member, bool integer) {
    for (BoundColumn& c : out)
      if (c.name.size() == prefix.size() + member.size() && c.name.starts_with(prefix) && c.name.ends_with(member)) return c;
    out.push_back({prefix + std::string(member), integer, {}});
    return out.back();
  }
  template <class T>
  void list(const Keyword&, const T*) {}
  template <class T>
  void list(const Pad&, const T*) {}
  template <class T>
  void list(const x3::eps_parser&, const T*) {}
  template <class L, class R, class T>
  void list(const x3::sequence<L, R>& p, const T* t) {
    list(p.left, t);
    list(p.right, t);
  }
  template <class L, class R, class T>
  void list(const x3::alternative<L, R>& p, const T* t) {
    const Scorer s;
    const bool left = t && s.score(p.left, *t) >= s.score(p.right, *t);
    list(p.left, left ? t : nullptr);
    list(p.right, left ? nullptr : t);
  }
  template <class S, class T>
  void list(const x3::optional<S>& p, const T* t) {
    list(p.subject, t);
  }
  template <class S, class T>
  void list(const Tail<S>& p, const T* t) {
    list(p.subject, t);
  }
  template <auto M, class S, class T>
  void list(const TailAfter<M, S>& p, const T* t) {
    list(p.subject, t);
  }
  template <class S, class T>
  void list(const Usual<S>& p, const T* t) {
    list(p.subject, t);
  }
  template <class... P, class T>
  void list(const AnyOrder<P...>& p, const T* t) {
    std::apply([&](const P&... part) { (list(part, t), ...); }, p.parts);
  }
  template <auto M, auto V, class S, class T>
  void list(const Is<M, V, S>& p, const T* t) {
    constexpr bool is_flag = std::is_same_v<value_of<M>, bool>;
    const bool holds = t && t->*M == V;
    BoundColumn& c = column(member_name<M>, is_flag);
    if constexpr (is_flag) {
      if (with_values && c.value != BoundColumn::Value(std::int64_t{1})) c.value = std::int64_t{holds};
    } else if (holds) {
      c.value = std::string(keyword_of(p.subject));
    }
    list(p.subject, is_flag || holds ? t : nullptr);
  }
  template <auto A, auto N, class S, class T>
  void list(const Split<A, N, S>&, const T* t) {
    constexpr std::string_view names[] = {member_name<A>, member_name<N>};
    const auto* length = t ? value_in(t->*N) : nullptr;
    set(column(names[0], false), length ? std::optional(ios_text(t->*A)) : std::nullopt);
    BoundColumn& c = column(names[1], true);
    if (length && c.value.index() == 0) c.value = std::int64_t{*length};
  }
  template <auto M, class S, class T>
  void list(const Each<M, S>& p, const T* t) {
    std::string text;
    if (t)
      for (const auto& value : t->*M)
        if (p.subject.fits(value)) text += (text.empty() ? "" : " ") + p.subject.text(value);
    set(column(member_name<M>, false), text.empty() ? std::nullopt : std::optional(text));
  }
  template <auto M, class S, class T>
  void list(const Field<M, S>& p, const T* t) {
    value(p.subject, member_name<M>, t ? value_in(t->*M) : nullptr);
  }

  template <class S, class V>
  void value(const S& terminal, std::string_view member, const V* v) {
    if (S::secret) return;
    BoundColumn& c = column(member, S::numeric);
    if (!v || !terminal.fits(*v) || c.value.index() != 0) return;
    if (c.integer) {
      if constexpr (S::numeric) c.value = static_cast<std::int64_t>(*v);
    } else {
      c.value = terminal.text(*v);
    }
  }
  template <class S>
  void network(const S&, std::string_view member, const Network* v, bool fits) {
    BoundColumn& address = column(std::string(member) + "_address", false);
    if (fits && address.value.index() == 0) address.value = ios_text(v->address);
    BoundColumn& length = column(std::string(member) + "_length", true);
    if (fits && length.value.index() == 0) length.value = std::int64_t{v->length};
  }
  void value(const Ipv4Network& p, std::string_view member, const Network* v) { network(p, member, v, v && p.fits(*v)); }
  void value(const Ipv6Alone& p, std::string_view member, const Network* v) { network(p, member, v, v && p.fits(*v)); }
  void value(const Ipv6Prefix& p, std::string_view member, const Network* v) { network(p, member, v, v && p.fits(*v)); }
  template <class T, class S>
  void value(const Group<T, S>& p, std::string_view member, const T* v) {
    const std::string outer = prefix;
    prefix += std::string(member) + "_";
    list(p.subject, v);
    prefix = outer;
  }

 private:
  static void set(BoundColumn& c, const std::optional<std::string>& text) {
    if (text && c.value.index() == 0) c.value = *text;
  }
  /// What a column of an enumeration holds: the keyword by which the value was chosen; a branch without one is a network.
  static std::string_view keyword_of(const Keyword& k) { return k.text; }
  template <class L, class R>
  static std::string_view keyword_of(const x3::sequence<L, R>& p) {
    return keyword_of(p.left);
  }
  template <class S>
  static std::string_view keyword_of(const S&) {
    return "network";
  }
};

}  // namespace parser
