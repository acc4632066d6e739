#include "engine/proposals.hpp"

#include <algorithm>

#include "engine/crypto/jobs.hpp"
#include "engine/mismatch.hpp"

namespace engine {
namespace {

using Rows = std::vector<const Algorithm*>;

wire::Transform transform_of(const Algorithm& row) { return {static_cast<std::uint8_t>(row.type), row.id, row.key_bits, false}; }

void append(std::vector<wire::Transform>& out, const Rows& rows) {
  for (const Algorithm* row : rows) out.push_back(transform_of(*row));
}

bool has(const wire::Proposal& proposal, const Algorithm& row) {
  return std::find(proposal.transforms.begin(), proposal.transforms.end(), transform_of(row)) != proposal.transforms.end();
}

wire::Protocol protocol_of(const Algorithm& encryption) { return is_ah(&encryption) ? wire::Protocol::ah : wire::Protocol::esp; }

bool has_type(const wire::Proposal& proposal, TransformType type) {
  return std::any_of(proposal.transforms.begin(), proposal.transforms.end(),
                     [&](const wire::Transform& t) { return t.type == static_cast<std::uint8_t>(type); });
}

bool has_id(const wire::Proposal& proposal, TransformType type, std::uint16_t id) {
  return std::any_of(proposal.transforms.begin(), proposal.transforms.end(), [&](const wire::Transform& t) {
    return t.type == static_cast<std::uint8_t>(type) && t.id == id && !t.unknown_attribute;
  });
}

/// A proposal with a transform type nobody here knows must not be chosen (RFC 7296, 3.3.6).
bool only_known_types(const wire::Proposal& proposal) {
  return std::all_of(proposal.transforms.begin(), proposal.transforms.end(),
                     [](const wire::Transform& t) { return t.type >= 1 && t.type <= last_additional_type; });
}

std::uint8_t type_of(const AdditionalKeyExchange& exchange) {
  return static_cast<std::uint8_t>(first_additional_type - 1 + exchange.number);
}

wire::Transform additional_transform(std::uint8_t type, const Algorithm* row) {
  return {type, row ? row->id : no_key_exchange, 0, false};
}

bool offers(const wire::Proposal& proposal, const wire::Transform& transform) {
  return std::find(proposal.transforms.begin(), proposal.transforms.end(), transform) != proposal.transforms.end();
}

/// One transform for each additional type that is offered; nullopt: no choice is acceptable to both. No method is taken
/// twice (RFC 9370, 2.2.1).
std::optional<std::vector<wire::Transform>> choose_additional(const wire::Proposal& offered,
                                                              const std::vector<AdditionalKeyExchange>& ours) {
  std::vector<wire::Transform> chosen;
  for (std::uint8_t type = first_additional_type; type <= last_additional_type; ++type) {
    const bool named = has_type(offered, static_cast<TransformType>(type));
    const auto wanted =
        std::find_if(ours.begin(), ours.end(), [&](const AdditionalKeyExchange& exchange) { return type_of(exchange) == type; });
    const bool may_be_none = wanted == ours.end() || wanted->optional;
    std::optional<wire::Transform> choice;
    if (wanted != ours.end())
      for (const Algorithm* row : wanted->groups) {
        const wire::Transform transform = additional_transform(type, row);
        const bool taken = std::any_of(chosen.begin(), chosen.end(), [&](const wire::Transform& t) { return t.id == row->id; });
        if (!choice && !taken && offers(offered, transform)) choice = transform;
      }
    const wire::Transform none = additional_transform(type, nullptr);
    if (!choice && may_be_none && named && offers(offered, none)) choice = none;
    if (!choice && !(may_be_none && !named)) return std::nullopt;
    if (choice) chosen.push_back(*choice);
  }
  return chosen;
}

/// Puts what is configured beside `proposal`. True: each of them may be left out, by a peer that knows nothing of them as well:
/// it passes over a proposal that names one (RFC 7296, 3.3.6) and needs another without.
bool append_additional(wire::Proposal& proposal, const std::vector<AdditionalKeyExchange>& ours) {
  bool all_optional = true;
  for (const AdditionalKeyExchange& exchange : ours) {
    for (const Algorithm* row : exchange.groups) proposal.transforms.push_back(additional_transform(type_of(exchange), row));
    if (exchange.optional) proposal.transforms.push_back(additional_transform(type_of(exchange), nullptr));
    all_optional = all_optional && exchange.optional;
  }
  return all_optional;
}

/// The key exchanges behind transforms of additional types, in their order.
Rows additional_rows(const std::vector<wire::Transform>& transforms) {
  Rows out;
  for (std::uint8_t type = first_additional_type; type <= last_additional_type; ++type)
    for (const wire::Transform& t : transforms)
      if (t.type == type)
        if (const Algorithm* row = find_algorithm(TransformType::key_exchange, t.id, t.key_bits)) out.push_back(row);
  return out;
}

const Algorithm* first_common(const wire::Proposal& offered, const Rows& ours) {
  for (const Algorithm* row : ours)
    if (has(offered, *row)) return row;
  return nullptr;
}

const Algorithm* find_group(const Rows& groups, std::uint16_t id) {
  for (const Algorithm* row : groups)
    if (row->id == id) return row;
  return nullptr;
}

struct IkeMatch {
  crypto::IkeSuite suite;
  std::vector<wire::Transform> additional;
};
std::optional<IkeMatch> match_ike(const wire::Proposal& offered, const IkeProposal& ours, std::uint16_t ke_group) {
  if (offered.protocol != wire::Protocol::ike || !only_known_types(offered)) return std::nullopt;
  crypto::IkeSuite suite;
  suite.prf = first_common(offered, prf_rows(ours));
  suite.group = first_common(offered, ours.groups);
  if (const Algorithm* guess = find_group(ours.groups, ke_group); guess && has(offered, *guess)) suite.group = guess;
  const auto chosen = choose_additional(offered, ours.additional);
  if (!suite.prf || !suite.group || !chosen) return std::nullopt;
  suite.additional = additional_rows(*chosen);
  for (const Algorithm* cipher : ours.encryption) {
    if (!has(offered, *cipher)) continue;
    suite.encryption = cipher;
    suite.integrity = cipher->aead ? nullptr : first_common(offered, ours.integrity);
    if (cipher->aead ? !has_type(offered, TransformType::integrity) || has_id(offered, TransformType::integrity, no_integrity)
                     : suite.integrity != nullptr)
      return IkeMatch{suite, *chosen};
  }
  return std::nullopt;
}

wire::Proposal ike_answer(const wire::Proposal& offered, const IkeMatch& match) {
  const crypto::IkeSuite& suite = match.suite;
  wire::Proposal answer{offered.number, wire::Protocol::ike, {}, {}};
  append(answer.transforms, {suite.encryption});
  if (suite.integrity) append(answer.transforms, {suite.integrity});
  append(answer.transforms, {suite.prf, suite.group});
  answer.transforms.insert(answer.transforms.end(), match.additional.begin(), match.additional.end());
  return answer;
}

/// The offered proposal that `answer` was made from, provided every transform of it was offered and none twice.
const wire::Proposal* origin_of(const wire::Proposal& answer, const std::vector<wire::Proposal>& offered) {
  for (const wire::Proposal& candidate : offered) {
    if (candidate.number != answer.number || candidate.protocol != answer.protocol) continue;
    for (std::size_t i = 0; i < answer.transforms.size(); ++i) {
      const wire::Transform& t = answer.transforms[i];
      const bool offered_none = t.type == static_cast<std::uint8_t>(TransformType::integrity) && t.id == no_integrity;
      if (!offered_none && std::find(candidate.transforms.begin(), candidate.transforms.end(), t) == candidate.transforms.end())
        return nullptr;
      for (std::size_t j = 0; j < i; ++j)
        if (answer.transforms[j].type == t.type) return nullptr;
    }
    return &candidate;
  }
  return nullptr;
}

const Algorithm* row_of_type(const wire::Proposal& answer, TransformType type) {
  for (const wire::Transform& t : answer.transforms)
    if (t.type == static_cast<std::uint8_t>(type)) return find_algorithm(type, t.id, t.key_bits);
  return nullptr;
}

Failure not_offered(const std::string& why, const std::vector<wire::Proposal>& offered) {
  return {NotifyType::none, Cause::answer_not_offered, why + "; offered was " + describe(offered)};
}

Result<wire::Proposal> single_answer(const wire::SaPayload& answer, const std::vector<wire::Proposal>& offered) {
  if (answer.proposals.size() != 1)
    return not_offered("the answer holds " + std::to_string(answer.proposals.size()) + " proposals instead of one", offered);
  if (!origin_of(answer.proposals[0], offered))
    return not_offered("the answer " + describe(answer.proposals[0]) + " was not offered", offered);
  return answer.proposals[0];
}

/// The additional key exchanges of an answer: one for each type that was offered, and none twice (RFC 9370, 2.2.1).
Result<Rows> accept_additional(const wire::Proposal& answer, const std::vector<wire::Proposal>& offered) {
  for (const wire::Proposal& p : offered)
    for (const wire::Transform& t : p.transforms)
      if (p.number == answer.number && t.type >= first_additional_type && !has_type(answer, static_cast<TransformType>(t.type)))
        return not_offered("the answer " + describe(answer) + " lacks an additional key exchange", offered);
  Rows rows = additional_rows(answer.transforms), sorted = rows;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    return not_offered("the answer " + describe(answer) + " has a key exchange twice", offered);
  return rows;
}

std::optional<EspSpi> esp_spi(const Bytes& octets) {
  Reader reader(octets);
  const auto value = reader.u32();
  if (!value || !reader.empty() || *value < 256) return std::nullopt;
  return EspSpi{*value};
}

/// The key exchange of a Child SA: what we require, or else what the peer offers and we know, or none. A weak group must be
/// required.
std::optional<const Algorithm*> child_group(const wire::Proposal& offered, const CryptoMapEntry& entry, std::uint16_t ke_group) {
  if (entry.pfs_group) return has(offered, *entry.pfs_group) ? std::optional(entry.pfs_group) : std::nullopt;
  if (!has_type(offered, TransformType::key_exchange)) return nullptr;
  const auto usable = [&](std::uint16_t id) {
    const Algorithm* row = find_algorithm(TransformType::key_exchange, id, 0);
    return row && row->weakness.empty() && crypto::available(*row) && has(offered, *row) ? row : nullptr;
  };
  if (const Algorithm* guess = usable(ke_group)) return guess;
  if (has_id(offered, TransformType::key_exchange, no_key_exchange)) return nullptr;
  for (const wire::Transform& t : offered.transforms)
    if (t.type == static_cast<std::uint8_t>(TransformType::key_exchange))
      if (const Algorithm* row = usable(t.id)) return row;
  return std::nullopt;
}

/// The same of the additional key exchanges, which there are only beside `group` (RFC 9370, 2.2.4).
std::optional<std::vector<wire::Transform>> choose_child_additional(const wire::Proposal& offered, const CryptoMapEntry& entry,
                                                                    const Algorithm* group) {
  if (!group) return choose_additional(offered, {});
  if (entry.pfs_group) return choose_additional(offered, entry.pfs_additional);
  std::vector<AdditionalKeyExchange> as_offered;
  for (std::uint8_t number = 1; number <= max_additional_key_exchanges; ++number) {
    AdditionalKeyExchange exchange{number, {}, false};
    for (const wire::Transform& t : offered.transforms)
      if (t.type == type_of(exchange)) {
        const Algorithm* row = find_algorithm(TransformType::key_exchange, t.id, 0);
        if (row && row->weakness.empty() && crypto::available(*row)) exchange.groups.push_back(row);
        exchange.optional = exchange.optional || t.id == no_key_exchange;
      }
    if (!exchange.groups.empty()) as_offered.push_back(std::move(exchange));
  }
  return choose_additional(offered, as_offered);
}

std::optional<ChildChoice> match_child(const wire::Proposal& offered, const TransformSet& ours, const CryptoMapEntry& entry,
                                       ChildKeyExchange key_exchange, std::uint16_t ke_group) {
  const auto spi = esp_spi(offered.spi);
  const wire::Protocol protocol = protocol_of(*ours.encryption);
  if (offered.protocol != protocol || !spi || !only_known_types(offered)) return std::nullopt;
  if (protocol == wire::Protocol::esp && !has(offered, *ours.encryption)) return std::nullopt;
  if (ours.encryption->aead
          ? has_type(offered, TransformType::integrity) && !has_id(offered, TransformType::integrity, no_integrity)
          : !has(offered, *ours.integrity))
    return std::nullopt;
  ChildChoice choice{ours.encryption, ours.integrity, nullptr, {}, false, *spi, {offered.number, protocol, {}, {}}};
  const bool names_esn = has_type(offered, TransformType::sequence_numbers);
  const bool may_plain = !names_esn || has_id(offered, TransformType::sequence_numbers, no_esn);
  choice.extended_sequence_numbers = ours.extended_sequence_numbers && has_id(offered, TransformType::sequence_numbers, esn);
  if (!choice.extended_sequence_numbers && !may_plain) return std::nullopt;
  if (key_exchange == ChildKeyExchange::as_offered) {
    const auto group = child_group(offered, entry, ke_group);
    if (!group) return std::nullopt;
    choice.group = *group;
  }
  const auto additional = choose_child_additional(offered, entry, choice.group);
  if (!additional && key_exchange == ChildKeyExchange::as_offered) return std::nullopt;
  if (protocol == wire::Protocol::esp) append(choice.answer.transforms, {choice.encryption});
  if (choice.integrity) append(choice.answer.transforms, {choice.integrity});
  if (choice.group) append(choice.answer.transforms, {choice.group});
  if (choice.group) {
    choice.additional = additional_rows(*additional);
    choice.answer.transforms.insert(choice.answer.transforms.end(), additional->begin(), additional->end());
  }
  if (names_esn)
    choice.answer.transforms.push_back(
        {static_cast<std::uint8_t>(TransformType::sequence_numbers), choice.extended_sequence_numbers ? esn : no_esn, 0, false});
  return choice;
}

}  // namespace

Rows prf_rows(const IkeProposal& proposal) {
  if (!proposal.prf.empty()) return proposal.prf;
  Rows out;
  for (const Algorithm* hash : proposal.integrity)
    if (const Algorithm* row = find_ike_keyword(TransformType::prf, hash->ike_keyword)) out.push_back(row);
  return out;
}

std::vector<wire::Proposal> offer_ike(const IkePolicy& policy, const Bytes& spi) {
  std::vector<wire::Proposal> out;
  for (const auto& ours : policy.proposals) {
    for (const bool aead : {false, true}) {
      Rows ciphers;
      std::copy_if(ours->encryption.begin(), ours->encryption.end(), std::back_inserter(ciphers),
                   [&](const Algorithm* row) { return row->aead == aead; });
      if (ciphers.empty()) continue;
      wire::Proposal proposal{static_cast<std::uint8_t>(out.size() + 1), wire::Protocol::ike, spi, {}};
      append(proposal.transforms, ciphers);
      if (!aead) append(proposal.transforms, ours->integrity);
      append(proposal.transforms, prf_rows(*ours));
      append(proposal.transforms, ours->groups);
      wire::Proposal plain = proposal;
      const bool optional = append_additional(proposal, ours->additional);
      out.push_back(std::move(proposal));
      if (ours->additional.empty() || !optional) continue;
      plain.number = static_cast<std::uint8_t>(out.size() + 1);
      out.push_back(std::move(plain));
    }
  }
  return out;
}

Result<IkeChoice> choose_ike(const std::vector<wire::Proposal>& offered, const IkePolicy& policy, std::uint16_t ke_group) {
  for (const auto& ours : policy.proposals)
    for (const wire::Proposal& theirs : offered)
      if (const auto match = match_ike(theirs, *ours, ke_group)) return IkeChoice{match->suite, ike_answer(theirs, *match)};
  std::vector<NamedProposal> ours;
  for (const auto& each : policy.proposals)
    for (wire::Proposal& proposal : offer_ike({policy.name, {}, {each}}, {})) ours.push_back({each->name, std::move(proposal)});
  return Failure{NotifyType::no_proposal_chosen,
                 Cause::proposal_mismatch,
                 "Received Policies: " + describe(offered) + "; Expected Policies: " + describe(offer_ike(policy, {})),
                 {},
                 compare(offered, ours)};
}

Result<crypto::IkeSuite> accept_ike_answer(const wire::SaPayload& answer, const std::vector<wire::Proposal>& offered) {
  TRY(const wire::Proposal proposal, single_answer(answer, offered));
  crypto::IkeSuite suite{row_of_type(proposal, TransformType::encryption), row_of_type(proposal, TransformType::integrity),
                         row_of_type(proposal, TransformType::prf), row_of_type(proposal, TransformType::key_exchange)};
  if (!suite.encryption || !suite.prf || !suite.group || (!suite.encryption->aead && !suite.integrity))
    return not_offered("the answer " + describe(proposal) + " lacks a transform", offered);
  TRY(suite.additional, accept_additional(proposal, offered));
  return suite;
}

std::vector<wire::Proposal> offer_child(const CryptoMapEntry& entry, EspSpi spi, const Algorithm* group) {
  Writer octets;
  octets.u32(spi.value);
  const Bytes spi_octets = octets.take();
  std::vector<wire::Proposal> out;
  const auto offer = [&](const std::vector<AdditionalKeyExchange>& additional) {
    bool optional = true;
    for (const auto& set : entry.transform_sets) {
      wire::Proposal proposal{static_cast<std::uint8_t>(out.size() + 1), protocol_of(*set->encryption), spi_octets, {}};
      if (proposal.protocol == wire::Protocol::esp) append(proposal.transforms, {set->encryption});
      if (set->integrity) append(proposal.transforms, {set->integrity});
      if (group) append(proposal.transforms, {group});
      optional = append_additional(proposal, additional);
      if (set->extended_sequence_numbers)
        proposal.transforms.push_back({static_cast<std::uint8_t>(TransformType::sequence_numbers), esn, 0, false});
      proposal.transforms.push_back({static_cast<std::uint8_t>(TransformType::sequence_numbers), no_esn, 0, false});
      out.push_back(std::move(proposal));
    }
    return optional;
  };
  const bool additional = group && !entry.pfs_additional.empty();
  if (!additional || offer(entry.pfs_additional)) offer({});
  return out;
}

Result<ChildChoice> choose_child(const std::vector<wire::Proposal>& offered, const CryptoMapEntry& entry,
                                 ChildKeyExchange key_exchange, std::uint16_t ke_group) {
  for (const auto& set : entry.transform_sets)
    for (const wire::Proposal& theirs : offered)
      if (auto choice = match_child(theirs, *set, entry, key_exchange, ke_group)) return std::move(*choice);
  const bool pfs_alone =
      key_exchange == ChildKeyExchange::as_offered && choose_child(offered, entry, ChildKeyExchange::ignored, ke_group).ok();
  const Algorithm* group = key_exchange == ChildKeyExchange::as_offered ? entry.pfs_group : nullptr;
  std::vector<NamedProposal> ours;
  for (const auto& set : entry.transform_sets) {
    CryptoMapEntry alone;
    alone.transform_sets = {set};
    ours.push_back({set->name, offer_child(alone, EspSpi{256}, group).front()});
  }
  return Failure{
      NotifyType::no_proposal_chosen,
      pfs_alone ? Cause::pfs_mismatch : Cause::child_proposal_mismatch,
      "Received Policies: " + describe(offered) + "; Expected Policies: " + describe(offer_child(entry, EspSpi{256}, group)),
      {},
      of_entry(*compare(offered, ours), entry)};
}

Result<ChildChoice> accept_child_answer(const wire::SaPayload& answer, const std::vector<wire::Proposal>& offered) {
  TRY(const wire::Proposal proposal, single_answer(answer, offered));
  const auto spi = esp_spi(proposal.spi);
  ChildChoice choice;
  choice.encryption =
      proposal.protocol == wire::Protocol::ah ? &authentication_header : row_of_type(proposal, TransformType::encryption);
  choice.integrity = row_of_type(proposal, TransformType::integrity);
  choice.group = row_of_type(proposal, TransformType::key_exchange);
  choice.extended_sequence_numbers = has_id(proposal, TransformType::sequence_numbers, esn);
  if (!spi || !choice.encryption || (!choice.encryption->aead && !choice.integrity))
    return not_offered("the answer " + describe(proposal) + " lacks a transform or a usable SPI", offered);
  for (const wire::Proposal& p : offered)
    if (p.number == proposal.number && has_type(p, TransformType::key_exchange) && !choice.group)
      return not_offered("the answer " + describe(proposal) + " lacks the key exchange", offered);
  TRY(choice.additional, accept_additional(proposal, offered));
  choice.peer_spi = *spi;
  return choice;
}

std::string describe(const wire::Proposal& proposal) {
  std::string out = proposal.protocol == wire::Protocol::ah ? "AH" : "";
  for (const wire::Transform& t : proposal.transforms) {
    if (!out.empty()) out += ' ';
    const bool additional = t.type >= first_additional_type && t.type <= last_additional_type;
    const auto type = additional ? TransformType::key_exchange : static_cast<TransformType>(t.type);
    if (additional) out += "ADDKE" + std::to_string(t.type - first_additional_type + 1) + ":";
    if (const Algorithm* row = find_algorithm(type, t.id, t.key_bits))
      out += row->debug_name;
    else if (additional && t.id == no_key_exchange)
      out += "NONE";
    else if (t.type == static_cast<std::uint8_t>(TransformType::sequence_numbers))
      out += t.id == no_esn ? "Don't use ESN" : "Use ESN";
    else
      out +=
          "type " + std::to_string(t.type) + " id " + std::to_string(t.id) + (t.key_bits ? "/" + std::to_string(t.key_bits) : "");
  }
  return out.empty() ? "(none)" : out;
}

std::string describe(const std::vector<wire::Proposal>& proposals) {
  std::string out;
  for (const wire::Proposal& p : proposals)
    out += (out.empty() ? "Proposal " : ", Proposal ") + std::to_string(p.number) + ": " + describe(p);
  return out.empty() ? "(none)" : out;
}

}  // namespace engine
