// The vocabulary of the grammar: terminals that carry their help, and binders that write into the command's struct.
//
// No Spirit attribute is used: the struct travels as X3's rule context, a value terminal hands its value to the binder
// around it. Keywords are exact; abbreviations are the driver's (parser/session.hpp). Never `>` and no semantic actions:
// a line is parsed several times.
#pragma once

#include <algorithm>
#include <boost/spirit/home/x3/auxiliary/eps.hpp>
#include <boost/spirit/home/x3/core/parser.hpp>
#include <boost/spirit/home/x3/operator/alternative.hpp>
#include <boost/spirit/home/x3/operator/optional.hpp>
#include <boost/spirit/home/x3/operator/sequence.hpp>
#include <boost/spirit/home/x3/support/context.hpp>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "parser/commands.hpp"
#include "parser/kept.hpp"
#include "parser/session.hpp"
#include "parser/text.hpp"

namespace parser {

namespace x3 = boost::spirit::x3;

struct session_tag;

template <class C>
Session& session_of(const C& context) {
  return x3::get<session_tag>(context);
}

// keywords

/// A keyword. `padding`: blanks that running-config puts behind it beyond the usual one. `printed`: what running-config has
/// in its place. `whole`: an abbreviation is something else, a name that may stand there. `extension`: IOS has no such word.
struct Keyword : x3::parser<Keyword> {
  std::string_view text, help, printed;
  unsigned padding = 0;
  bool whole = false, extension = false;
  constexpr Keyword(std::string_view t, std::string_view h, unsigned p = 0) : text(t), help(h), printed(t), padding(p) {}
  template <class C, class R, class A>
  bool parse(It& first, const It& last, const C& context, R& object, A&) const {
    const It p = Session::skip(first, last);
    Session& session = session_of(context);
    if (whole && p != session.help_at && !same_letters({p, Session::token_end(p, last)}, text)) {
      session.expect(p, Expect::Kind::keyword, text, help);
      return false;
    }
    const It end = extension ? session.match_extension(p, text, help) : session.match_keyword(p, text, help);
    if (!end) return false;
    if constexpr (std::is_same_v<R, Kept>) object.put(static_cast<std::size_t>(p - session.begin()), printed, Kept::Use::keyword);
    first = end;
    return true;
  }
};
constexpr Keyword kw(std::string_view text, std::string_view help, unsigned padding = 0) { return {text, help, padding}; }

/// Another spelling of a keyword: understood in full only, never offered. A kept line has `printed` in its place.
constexpr Keyword alias(std::string_view text, std::string_view printed = {}) {
  Keyword out{text, {}};
  if (!printed.empty()) out.printed = printed;
  return out;
}

/// A keyword beside a name: only in full it is no name.
constexpr Keyword whole(Keyword keyword) {
  keyword.whole = true;
  return keyword;
}

/// A keyword of our own.
constexpr Keyword own_kw(std::string_view text, std::string_view help) {
  Keyword out{text, help};
  out.extension = true;
  return out;
}

/// Nothing on input; a trailing blank in running-config, where IOS has one.
struct Pad : x3::parser<Pad> {
  template <class C, class R, class A>
  bool parse(It&, const It&, const C&, R& object, A&) const {
    if constexpr (std::is_same_v<R, Kept>) object.padded = true;
    return true;
  }
};
inline constexpr Pad pad{};

// value terminals: value_type, parse into it, fits(value) for printing, text(value), numeric

/// What a database column needs to know of a value; hidden where it differs.
struct ValueTraits {
  static constexpr bool numeric = false;
  static constexpr bool secret = false;
};

/// A terminal of one token, which `read` turns into a value.
template <class Derived, class V>
struct Token : x3::parser<Derived>, ValueTraits {
  using value_type = V;
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R&, V& value) const {
    Session& session = session_of(context);
    const Derived& self = static_cast<const Derived&>(*this);
    const It p = Session::skip(first, last);
    const It end = Session::token_end(p, last);
    if (p == session.help_at || p == end || !self.read({p, end}, value) ||
        (self.refuses_keywords({p, end}) && session.keyword_at(p))) {
      if (session.wants(p)) session.expect(p, Expect::Kind::argument, self.placeholder(), self.help);
      return false;
    }
    first = end;
    return true;
  }
  bool refuses_keywords(std::string_view) const { return false; }
  bool fits(const V&) const { return true; }
};

/// A name. Never what a keyword could be at that place, and no comment.
struct Word : Token<Word, std::string> {
  std::string_view help, name;
  Word(std::string_view h, std::string_view n) : help(h), name(n) {}
  std::string_view placeholder() const { return name; }
  bool refuses_keywords(std::string_view) const { return true; }
  bool read(std::string_view token, std::string& value) const {
    if (token.front() == '!' || !printable(token)) return false;
    value = token;
    return true;
  }
  bool fits(const std::string& value) const { return !value.empty(); }
  std::string text(const std::string& value) const { return value; }
};
inline Word word(std::string_view help, std::string_view name = "WORD") { return {help, name}; }

/// A key: any token; a digit alone is a key even where digits are keywords.
struct KeyWord : Token<KeyWord, std::string> {
  /// Where a key stands beside keywords, those that would be taken for one are printed by another branch.
  enum class Printed : std::uint8_t { always, unless_reserved };
  enum class Digits : std::uint8_t { any, hex };
  static constexpr bool secret = true;
  std::string_view help;
  Digits digits;
  Printed printed;
  KeyWord(std::string_view h, Digits d, Printed p) : help(h), digits(d), printed(p) {}
  std::string_view placeholder() const { return digits == Digits::hex ? "Hex-data" : "LINE"; }
  bool refuses_keywords(std::string_view token) const { return token.size() > 1 || token[0] < '0' || token[0] > '9'; }
  bool read(std::string_view token, std::string& value) const {
    if (!printable(token) || (digits == Digits::hex && !is_hex(token))) return false;
    value = token;
    return true;
  }
  bool fits(const std::string& value) const {
    return !value.empty() && (digits == Digits::any || is_hex(value)) && (printed == Printed::always || !reserved(value));
  }
  std::string text(const std::string& value) const { return value; }
  static bool is_hex(std::string_view token) {
    return token.size() % 2 == 0 && token.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  }
  static bool reserved(std::string_view value) {
    return starts_with_letters("local", value) || starts_with_letters("remote", value) || starts_with_letters("hex", value);
  }
};
inline KeyWord key_word(std::string_view help, KeyWord::Printed printed = KeyWord::Printed::always) {
  return {help, KeyWord::Digits::any, printed};
}
inline KeyWord hex_key(std::string_view help) { return {help, KeyWord::Digits::hex, KeyWord::Printed::always}; }

/// The rest of the line, blanks between included.
struct RestOfLine : x3::parser<RestOfLine>, ValueTraits {
  using value_type = std::string;
  std::string_view help;
  explicit RestOfLine(std::string_view h) : help(h) {}
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R&, std::string& value) const {
    Session& session = session_of(context);
    const It p = Session::skip(first, last);
    if (session.help_at && session.help_at >= p) {
      session.expect(session.help_at, Expect::Kind::argument, "LINE", help);
      if (session.help_at > p) session.expect(session.help_at, Expect::Kind::cr, "<cr>", "<cr>");
      return false;
    }
    std::string_view rest(p, last);
    rest = rest.substr(0, rest.find_last_not_of(" \t") + 1);
    if (rest.empty() || !printable(rest)) {
      session.expect(p, Expect::Kind::argument, "LINE", help);
      return false;
    }
    value = rest;
    first = last;
    return true;
  }
  bool fits(const std::string& value) const { return !value.empty(); }
  std::string text(const std::string& value) const { return value; }
};
inline RestOfLine rest_of_line(std::string_view help) { return RestOfLine(help); }

/// A decimal number within bounds, inclusive.
template <class N>
struct Number : Token<Number<N>, N> {
  static constexpr bool numeric = true;
  std::uint64_t low, high;
  std::string_view help;
  Number(std::uint64_t l, std::uint64_t h, std::string_view t) : low(l), high(h), help(t) {}
  std::string placeholder() const { return "<" + std::to_string(low) + "-" + std::to_string(high) + ">"; }
  bool read(std::string_view token, N& value) const {
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), n);
    if (error != std::errc{} || end != token.data() + token.size() || n < low || n > high) return false;
    value = static_cast<N>(n);
    return true;
  }
  bool fits(const N& value) const { return value >= low && value <= high; }
  std::string text(const N& value) const { return std::to_string(value); }
};
template <class N = unsigned>
Number<N> number(std::uint64_t low, std::uint64_t high, std::string_view help) {
  return {low, high, help};
}

/// An address of one family.
struct Address : Token<Address, engine::IpAddress> {
  std::string_view help;
  engine::Family family;
  Address(std::string_view h, engine::Family f) : help(h), family(f) {}
  std::string_view placeholder() const { return family == engine::Family::v4 ? "A.B.C.D" : "X:X:X:X::X"; }
  bool read(std::string_view token, engine::IpAddress& value) const {
    const auto parsed = engine::IpAddress::parse(token);
    if (!parsed || parsed->family != family) return false;
    value = *parsed;
    return true;
  }
  bool fits(const engine::IpAddress& value) const { return value.family == family; }
  std::string text(const engine::IpAddress& value) const { return ios_text(value); }
};
inline Address ipv4(std::string_view help) { return {help, engine::Family::v4}; }
inline Address ipv6(std::string_view help) { return {help, engine::Family::v6}; }

/// X:X:X:X::X/<0-128>
struct Ipv6Prefix : Token<Ipv6Prefix, Network> {
  std::string_view help;
  explicit Ipv6Prefix(std::string_view h) : help(h) {}
  std::string_view placeholder() const { return "X:X:X:X::X/<0-128>"; }
  bool read(std::string_view token, Network& value) const {
    const std::size_t slash = token.find('/');
    if (slash == std::string_view::npos) return false;
    const auto address = engine::IpAddress::parse(token.substr(0, slash));
    unsigned length = 0;
    if (!address || address->is_v4() || !number(0, 128, "").read(token.substr(slash + 1), length)) return false;
    value = {*address, static_cast<std::uint8_t>(length)};
    return true;
  }
  bool fits(const Network& value) const { return !value.address.is_v4(); }
  std::string text(const Network& value) const { return ios_text(value.address) + "/" + std::to_string(value.length); }
};
inline Ipv6Prefix ipv6_prefix(std::string_view help) { return Ipv6Prefix(help); }

/// An IPv6 address alone, as a network of one.
struct Ipv6Alone : Token<Ipv6Alone, Network> {
  std::string_view help;
  explicit Ipv6Alone(std::string_view h) : help(h) {}
  std::string_view placeholder() const { return "X:X:X:X::X"; }
  bool read(std::string_view token, Network& value) const {
    const auto address = engine::IpAddress::parse(token);
    if (!address || address->is_v4()) return false;
    value = {*address, 128};
    return true;
  }
  bool fits(const Network& value) const { return !value.address.is_v4() && value.length == 128; }
  std::string text(const Network& value) const { return ios_text(value.address); }
};

/// How an IPv4 address goes with its mask. `host_hidden`: without mask a host, printed without; `any_hidden`: printed with
/// its mask, except 0.0.0.0 alone, which is any; `hidden`: printed without where either is so; `required`: always with a mask.
enum class MaskStyle : std::uint8_t { host_hidden, any_hidden, hidden, required };

/// A.B.C.D [A.B.C.D]
struct Ipv4Network : x3::parser<Ipv4Network>, ValueTraits {
  using value_type = Network;
  MaskStyle style;
  std::string_view help, mask_help;
  bool names_bad_masks = false;  // in words, as routers do of an interface's address; elsewhere a caret says it
  Ipv4Network(MaskStyle s, std::string_view h, std::string_view m, bool names = false)
      : style(s), help(h), mask_help(m), names_bad_masks(names) {}
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R& object, Network& value) const {
    It p = first;
    if (!ipv4(help).parse(p, last, context, object, value.address)) return false;
    value.length = value.address.is_unspecified() ? 0 : 32;
    engine::IpAddress mask;
    Session& session = session_of(context);
    const It q = Session::skip(p, last);
    const std::string_view token(q, Session::token_end(q, last));
    if (session.help_at != q && Address(mask_help, engine::Family::v4).read(token, mask)) {
      const auto length = mask_length(mask);
      if (length) {
        value.length = *length;
        first = token.data() + token.size();
        return true;
      }
      if (names_bad_masks) session.complain(q, bad_mask(mask, value.address));
    }
    session.expect(q, Expect::Kind::argument, "A.B.C.D", mask_help);
    if (style == MaskStyle::required) return false;
    first = p;
    return true;
  }
  bool fits(const Network& value) const { return value.address.is_v4(); }
  std::string text(const Network& value) const {
    const bool all = style == MaskStyle::hidden, any = value.address.is_unspecified();
    const bool hidden = ((all || style == MaskStyle::host_hidden) && value.length == 32 && !any) ||
                        ((all || style == MaskStyle::any_hidden) && value.length == 0 && any);
    return ios_text(value.address) + (hidden ? "" : " " + ios_text(mask_of(value.length)));
  }
};

/// Type, which may be abbreviated, and number, with or without a blank between; the value is the canonical name.
struct InterfaceName : x3::parser<InterfaceName>, ValueTraits {
  using value_type = std::string;
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R&, std::string& value) const {
    Session& session = session_of(context);
    const It p = Session::skip(first, last);
    const It end = Session::token_end(p, last);
    const It digits = p + interface_letters({p, end});
    const std::string_view type = interface_type({p, digits});
    if (p == session.help_at || type.empty()) {
      for (const InterfaceType& t : interface_types()) session.expect(p, Expect::Kind::type_name, t.name, t.help);
      return false;
    }
    It number = digits;
    if (digits == end) number = Session::skip(end, last);
    const It number_end = Session::token_end(number, last);
    if (number == session.help_at || !is_interface_number({number, number_end})) {
      session.expect(digits == end ? number : p, Expect::Kind::argument, "<0-999999999>", "Interface number");
      return false;
    }
    value = std::string(type) + std::string(number, number_end);
    first = number_end;
    return true;
  }
  bool fits(const std::string& value) const { return !value.empty(); }
  std::string text(const std::string& value) const { return value; }
};
inline constexpr auto interface_name = [] { return InterfaceName{}; };

/// A row of a table of keywords that stand for values.
template <class V>
struct Symbol {
  std::string keyword;
  V value;
  std::string help;
};
template <class V>
using SymbolTable = std::vector<Symbol<V>>;

/// One keyword of a table, which must live for ever.
template <class V>
struct Symbols : x3::parser<Symbols<V>>, ValueTraits {
  using value_type = V;
  const SymbolTable<V>* table;
  explicit Symbols(const SymbolTable<V>& t) : table(&t) {}
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R&, V& value) const {
    Session& session = session_of(context);
    const It p = Session::skip(first, last);
    It found = nullptr;
    for (const Symbol<V>& row : *table) {
      const It end = session.match_keyword(p, row.keyword, row.help);
      if (!end || found) continue;
      found = end;
      value = row.value;
    }
    if (found) first = found;
    return found != nullptr;
  }
  const Symbol<V>* row(const V& value) const {
    for (const Symbol<V>& r : *table)
      if (r.value == value) return &r;
    return nullptr;
  }
  bool fits(const V& value) const { return row(value) != nullptr; }
  std::string text(const V& value) const { return row(value)->keyword; }
};
template <class V>
Symbols<V> symbols(const SymbolTable<V>& table) {
  return Symbols<V>(table);
}

// binders: write into the struct that travels as rule context

template <class M>
struct member_traits;
template <class T, class V>
struct member_traits<V T::*> {
  using object = T;
  using value = V;
};
template <auto M>
using object_of = typename member_traits<decltype(M)>::object;
template <auto M>
using value_of = typename member_traits<decltype(M)>::value;

template <class V>
struct is_optional : std::false_type {};
template <class V>
struct is_optional<std::optional<V>> : std::true_type {};

/// f<&T::m>(value): the member gets the value.
template <auto M, class S>
struct Field : x3::unary_parser<S, Field<M, S>> {
  using value_type = typename S::value_type;
  static_assert(std::is_same_v<value_of<M>, value_type> || std::is_same_v<value_of<M>, std::optional<value_type>>,
                "the member must have the terminal's value_type, or be an optional of it");
  using x3::unary_parser<S, Field>::unary_parser;
  template <class C, class A>
  bool parse(It& first, const It& last, const C& context, object_of<M>& object, A&) const {
    value_type value{};
    if (!this->subject.parse(first, last, context, object, value)) return false;
    object.*M = std::move(value);
    return true;
  }
};
template <auto M, class S>
Field<M, S> f(const S& subject) {
  return Field<M, S>(subject);
}

/// each<&T::v>(value, least, most): values up to `most` go into the vector. `Distinct` leaves repetitions out.
enum class Repeats : std::uint8_t { kept, dropped };
template <auto M, class S>
struct Each : x3::unary_parser<S, Each<M, S>> {
  std::size_t least, most;
  Repeats repeats;
  Each(const S& subject, std::size_t l, std::size_t m, Repeats r)
      : x3::unary_parser<S, Each>(subject), least(l), most(m), repeats(r) {}
  template <class C, class A>
  bool parse(It& first, const It& last, const C& context, object_of<M>& object, A&) const {
    value_of<M> values;
    It p = first;
    std::size_t count = 0;
    for (typename S::value_type value{}; count < most && this->subject.parse(p, last, context, object, value); ++count)
      if (repeats == Repeats::kept || std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    if (count < least) return false;
    object.*M = std::move(values);
    first = p;
    return true;
  }
};
template <auto M, class S>
Each<M, S> each(const S& subject, std::size_t least, std::size_t most, Repeats repeats = Repeats::dropped) {
  return Each<M, S>(subject, least, most, repeats);
}

/// is<&T::m, value>(p): what is parsed means that the member has this value.
template <auto M, auto V, class S>
struct Is : x3::unary_parser<S, Is<M, V, S>> {
  using x3::unary_parser<S, Is>::unary_parser;
  template <class C, class A>
  bool parse(It& first, const It& last, const C& context, object_of<M>& object, A&) const {
    if (!this->subject.parse(first, last, context, object, x3::unused)) return false;
    object.*M = V;
    return true;
  }
};
template <auto M, auto V, class S>
Is<M, V, S> is(const S& subject) {
  return Is<M, V, S>(subject);
}
template <auto M, class S>
Is<M, true, S> flag(const S& subject) {
  return Is<M, true, S>(subject);
}

/// split<&T::address, &T::length>(network): the two members of a network.
template <auto A1, auto L1, class S>
struct Split : x3::unary_parser<S, Split<A1, L1, S>> {
  using x3::unary_parser<S, Split>::unary_parser;
  template <class C, class A>
  bool parse(It& first, const It& last, const C& context, object_of<A1>& object, A&) const {
    Network value;
    if (!this->subject.parse(first, last, context, object, value)) return false;
    object.*A1 = value.address;
    object.*L1 = value.length;
    return true;
  }
};
template <auto A1, auto L1, class S>
Split<A1, L1, S> split(const S& subject) {
  return Split<A1, L1, S>(subject);
}

/// group<T>(p): a struct of its own as a value, so that a branch that fails leaves nothing behind.
template <class T, class S>
struct Group : x3::unary_parser<S, Group<T, S>> {
  using value_type = T;
  using x3::unary_parser<S, Group>::unary_parser;
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R&, T& value) const {
    value = T{};
    return this->subject.parse(first, last, context, value, x3::unused);
  }
};
template <class T, class S>
Group<T, S> group(const S& subject) {
  return Group<T, S>(subject);
}

// what may be left out

/// Arguments that may be left out after `no` and `default`.
template <class S>
struct Tail : x3::unary_parser<S, Tail<S>> {
  using x3::unary_parser<S, Tail>::unary_parser;
  template <class C, class R, class A>
  bool parse(It& first, const It& last, const C& context, R& object, A&) const {
    Session& session = session_of(context);
    if (session.form == Form::set) return this->subject.parse(first, last, context, object, x3::unused);
    const R before = object;
    if (this->subject.parse(first, last, context, object, x3::unused)) return true;
    object = before;
    session.bare = true;
    return true;
  }
};
template <class S>
Tail<S> tail(const S& subject) {
  return Tail<S>(subject);
}

/// As Tail, where the member says that enough was given before.
template <auto M, class S>
struct TailAfter : x3::unary_parser<S, TailAfter<M, S>> {
  using x3::unary_parser<S, TailAfter>::unary_parser;
  template <class C, class A>
  bool parse(It& first, const It& last, const C& context, object_of<M>& object, A&) const {
    if (object.*M) return Tail<S>(this->subject).parse(first, last, context, object, x3::unused);
    return this->subject.parse(first, last, context, object, x3::unused);
  }
};
template <auto M, class S>
TailAfter<M, S> tail_after(const S& subject) {
  return TailAfter<M, S>(subject);
}

/// May be left out on input, is always printed.
template <class S>
struct Usual : x3::unary_parser<S, Usual<S>> {
  using x3::unary_parser<S, Usual>::unary_parser;
  template <class C, class R, class A>
  bool parse(It& first, const It& last, const C& context, R& object, A&) const {
    this->subject.parse(first, last, context, object, x3::unused);
    return true;
  }
};
template <class S>
Usual<S> usual(const S& subject) {
  return Usual<S>(subject);
}

/// At least one of the parts, each at most once, in any order; printed in the order given.
template <class... P>
struct AnyOrder : x3::parser<AnyOrder<P...>> {
  std::tuple<P...> parts;
  explicit AnyOrder(const P&... p) : parts(p...) {}
  template <class C, class R, class A>
  bool parse(It& first, const It& last, const C& context, R& object, A&) const {
    bool used[sizeof...(P)] = {};
    bool any = false;
    for (bool more = true; more;) {
      more = std::apply(
          [&](const P&... p) {
            std::size_t i = 0;
            return ((!used[i++] && p.parse(first, last, context, object, x3::unused) && (used[i - 1] = true)) || ...);
          },
          parts);
      any = any || more;
    }
    return any;
  }
};
template <class... P>
AnyOrder<P...> any_order(const P&... parts) {
  return AnyOrder<P...>(parts...);
}

}  // namespace parser
