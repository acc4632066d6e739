#include <algorithm>

#include "parser/session.hpp"

namespace parser {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The keywords expected at the farthest failure that the token there abbreviates, each once.
std::vector<std::string> candidates(const Session& session) {
  const It p = session.far();
  const std::string_view token(p, Session::token_end(p, session.end()));
  std::vector<std::string> out;
  for (const Expect& e : session.expected())
    if (e.kind == Expect::Kind::keyword && starts_with_letters(e.text, token) &&
        std::find(out.begin(), out.end(), e.text) == out.end())
      out.push_back(e.text);
  return out;
}

/// A recorded pass. Whether a name may stand somewhere depends on the keywords there, which a command further down may be
/// the first to know: then once more.
bool pass(Session& session, const Run& run) {
  do {
    session.rewind();
    if (run(session)) return true;
  } while (session.found_keyword_place());
  return false;
}

}  // namespace

bool same_letters(std::string_view a, std::string_view b) {
  if (a == b) return true;  // as configurations have their keywords
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_with_letters(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_letters(text.substr(0, prefix.size()), prefix);
}

Session::Session(std::string_view line) : begin_(line.data()), end_(line.data() + line.size()), far_(begin_) {}

void Session::rewind() {
  far_ = begin_;
  expected_.clear();
  complaint_ = {nullptr, {}};
  form = Form::set;
  bare = false;
  found_keyword_place_ = false;
}

void Session::expect(It p, Expect::Kind kind, std::string_view text, std::string_view help) {
  if (!wants(p)) return;
  if (p > far_) {
    far_ = p;
    expected_.clear();
  }
  const auto known = [&](const Expect& e) { return e.kind == kind && e.text == text && e.help == help; };
  if (std::none_of(expected_.begin(), expected_.end(), known)) expected_.push_back({kind, std::string(text), std::string(help)});
}

bool Session::is_settled(It p) const {
  return std::any_of(settled_.begin(), settled_.end(), [p](const auto& s) { return s.first == p; });
}

bool Session::stands_for(It p, std::string_view keyword) const {
  if (same_letters({p, token_end(p, end_)}, keyword)) return true;
  return std::any_of(settled_.begin(), settled_.end(), [&](const auto& s) { return s.first == p && s.second == keyword; });
}

std::string Session::expanded() const {
  std::string out;
  for (It p = skip(begin_, end_); p != end_; p = skip(token_end(p, end_), end_)) {
    const auto settled = std::find_if(settled_.begin(), settled_.end(), [p](const auto& s) { return s.first == p; });
    if (!out.empty()) out += ' ';
    out += settled == settled_.end() ? std::string(p, token_end(p, end_)) : settled->second;
  }
  return out;
}

It Session::match_keyword(It p, std::string_view text, std::string_view help) {
  if (!recording && (p == end_ || lower(*p) != lower(text.front()))) return nullptr;
  const It end = token_end(p, end_);
  const std::string_view token(p, end);
  if (p != help_at && !token.empty() && starts_with_letters(text, token)) {
    const std::size_t at = place(p);
    std::uint64_t& bits = keyword_bits(at);
    found_keyword_place_ = found_keyword_place_ || !(bits & bit_of(at));
    bits |= bit_of(at);
    if (token.size() == text.size()) return end;
    for (const auto& [where, keyword] : settled_)
      if (where == p && keyword == text) return end;
  }
  if (!help.empty()) expect(p, Expect::Kind::keyword, text, help);
  return nullptr;
}

It Session::match_extension(It p, std::string_view text, std::string_view help) {
  const It end = token_end(p, end_);
  if (p != help_at && same_letters({p, end}, text)) return match_keyword(p, text, {});
  expect(p, Expect::Kind::extension, text, help);
  return nullptr;
}

void Session::complain(It p, std::string why) {
  if (wants(p)) complaint_ = {p, std::move(why)};
}

bool Session::at_end(It p) {
  const It q = skip(p, end_);
  if (q != help_at && (q == end_ || (*q == '!' && q != p))) return true;
  expect(q, Expect::Kind::cr, "<cr>", "<cr>");
  return false;
}

Outcome drive(Session& session, const Run& run) {
  session.recording = true;
  for (;;) {
    if (pass(session, run)) return Outcome::ok;
    const It p = session.far();
    if (p == session.end()) return Outcome::incomplete;
    std::vector<std::string> words = candidates(session);
    if (words.size() > 1) return Outcome::ambiguous;
    if (words.empty() || session.is_settled(p)) return Outcome::invalid;
    session.settle(p, std::move(words.front()));
  }
}

std::vector<Expect> ask(Session& session, const Run& run) {
  session.recording = true;
  for (;;) {
    if (pass(session, run)) return {};
    const It p = session.far();
    if (p == session.help_at) return session.expected();
    if (p == session.end()) return {};
    std::vector<std::string> words = candidates(session);
    if (words.size() != 1 || session.is_settled(p)) return {};
    session.settle(p, std::move(words.front()));
  }
}

}  // namespace parser
