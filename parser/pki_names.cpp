#include "parser/pki_names.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <chrono>

#include "parser/configuration.hpp"
#include "parser/session.hpp"

namespace parser {
namespace {

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<unsigned> number_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "HH:MM:SS" as seconds of a day.
std::optional<unsigned> time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hours = number_of(text.substr(0, 2)), minutes = number_of(text.substr(3, 2)), seconds = number_of(text.substr(6, 2));
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
  return *hours * 3600 + *minutes * 60 + *seconds;
}

template <class T>
const Node* block_of(const Node& root, std::string_view name, std::string T::*member) {
  for (const auto& line : root.children)
    if (const T* head = line->as<T>(); head && head->*member == name) return line.get();
  return nullptr;
}

}  // namespace

std::string router_name(const Node& root) {
  const auto* host = root.find<Hostname>();
  const auto* domain = root.find<DomainName>();
  return (host ? host->name : "Router") + (domain ? "." + domain->name : "");
}

std::string key_label(const Node& trustpoint, const Node& root) {
  if (const auto* ec = trustpoint.find<TrustpointEcKey>()) return ec->label;
  if (const auto* rsa = trustpoint.find<TrustpointRsaKey>()) return rsa->label;
  return router_name(root);
}

const Node* trustpoint_block(const Node& root, std::string_view name) { return block_of(root, name, &Trustpoint::name); }
const Node* chain_block(const Node& root, std::string_view name) { return block_of(root, name, &CertificateChain::trustpoint); }

std::optional<std::int64_t> seconds_of_date(std::string_view text) {
  std::optional<unsigned> month, day, year, second;
  for (std::size_t at = text.find_first_not_of(' '); at != std::string_view::npos; at = text.find_first_not_of(' ', at)) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end;
    if (same_letters(word, "utc") || same_letters(word, "gmt")) continue;
    std::optional<unsigned> found;
    for (unsigned i = 0; i < months.size(); ++i)
      if (same_letters(word, months[i])) found = i + 1;
    if (found && !month) {
      month = found;
    } else if (const auto time = time_of_day(word); time && !second) {
      second = time;
    } else if (const auto number = number_of(word); number && *number >= 1970 && *number <= 9999 && !year) {
      year = number;
    } else if (number && *number >= 1 && *number <= 31 && !day) {
      day = number;
    } else {
      return std::nullopt;
    }
  }
  if (!month || !day || !year) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * 86400 + second.value_or(0);
}

}  // namespace parser
