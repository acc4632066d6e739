#include "parser/modes/common.hpp"

namespace parser {
namespace {

using Table = SymbolTable<const engine::Algorithm*>;

const char* help_of(engine::TransformType type) {
  switch (type) {
    case engine::TransformType::encryption:
      return "Encryption algorithm ";
    case engine::TransformType::prf:
      return "PRF with HMAC ";
    case engine::TransformType::integrity:
      return "Integrity with HMAC ";
    default:
      return "DH group ";
  }
}

bool is_post_quantum(const engine::Algorithm& row) { return row.primitive == engine::Primitive::ml_kem; }

/// Ciphers that are understood and that the engine has not.
engine::Algorithm absent_cipher(std::string_view ike, std::string_view esp, std::string_view name) {
  engine::Algorithm out{};
  out.type = engine::TransformType::encryption;
  out.ike_keyword = ike;
  out.esp_keyword = out.show_esp = esp;
  out.debug_name = name;
  return out;
}
const engine::Algorithm des = absent_cipher("des", "esp-des", "DES"), seal = absent_cipher("", "esp-seal", "SEAL");

Table make_ike_table(engine::TransformType type) {
  Table out;
  if (type == des.type) out.push_back({std::string(des.ike_keyword), &des, help_of(type) + std::string(des.debug_name)});
  for (const engine::Algorithm& row : engine::algorithms())
    if (row.type == type && !row.ike_keyword.empty() && !is_post_quantum(row))
      out.push_back({std::string(row.ike_keyword), &row, help_of(type) + std::string(row.debug_name)});
  return out;
}

}  // namespace

bool exists(const engine::Algorithm& row) { return row.primitive != engine::Primitive::none; }

const Table& ike_algorithms(engine::TransformType type) {
  static const Table encryption = make_ike_table(engine::TransformType::encryption);
  static const Table prf = make_ike_table(engine::TransformType::prf);
  static const Table integrity = make_ike_table(engine::TransformType::integrity);
  static const Table groups = make_ike_table(engine::TransformType::key_exchange);
  switch (type) {
    case engine::TransformType::encryption:
      return encryption;
    case engine::TransformType::prf:
      return prf;
    case engine::TransformType::integrity:
      return integrity;
    default:
      return groups;
  }
}

const Table& post_quantum_exchanges() {
  static const Table table = [] {
    Table out;
    for (const engine::Algorithm& row : engine::algorithms())
      if (is_post_quantum(row))
        out.push_back({std::string(row.ike_keyword), &row, "Key encapsulation " + std::string(row.debug_name)});
    return out;
  }();
  return table;
}

const Table& additional_exchanges() {
  static const Table table = [] {
    Table out = make_ike_table(engine::TransformType::key_exchange);
    out.insert(out.end(), post_quantum_exchanges().begin(), post_quantum_exchanges().end());
    return out;
  }();
  return table;
}

const Table& pfs_groups() {
  static const Table table = [] {
    Table out = make_ike_table(engine::TransformType::key_exchange);
    for (auto& row : out) row.keyword = "group" + row.keyword;
    return out;
  }();
  return table;
}

const Table& esp_hmacs() {
  static const Table table = [] {
    Table out;
    for (const engine::Algorithm& row : engine::algorithms())
      if (row.type == engine::TransformType::integrity && !row.esp_keyword.empty())
        out.push_back({std::string(row.esp_keyword), &row, "ESP transform using HMAC-" + std::string(row.debug_name) + " auth"});
    return out;
  }();
  return table;
}

namespace {

bool has_sizes(const engine::Algorithm& row) {
  return engine::find_esp_keyword(std::string(row.esp_keyword) + " 256") != nullptr;
}

Table make_cipher_table(EspCiphers which) {
  Table out;
  if (!which.aead && !which.sized)
    for (const engine::Algorithm* row : {&des, &seal})
      out.push_back({std::string(row->esp_keyword), row, "ESP transform using " + std::string(row->debug_name) + " cipher"});
  for (const engine::Algorithm& row : engine::algorithms()) {
    const bool first_of_family = row.esp_keyword.find(' ') == std::string_view::npos && !row.esp_keyword.empty();
    if (row.type != engine::TransformType::encryption || !first_of_family) continue;
    if (row.aead != which.aead || has_sizes(row) != which.sized) continue;
    const std::string_view name = row.debug_name.substr(0, row.debug_name.rfind(which.sized ? '-' : '\0'));
    out.push_back({std::string(row.esp_keyword), &row, "ESP transform using " + std::string(name) + " cipher"});
  }
  return out;
}

}  // namespace

const Table& esp_ciphers(EspCiphers which) {
  static const Table tables[2][2] = {{make_cipher_table({false, false}), make_cipher_table({false, true})},
                                     {make_cipher_table({true, false}), make_cipher_table({true, true})}};
  return tables[which.aead][which.sized];
}

bool TransformSet::usable() const { return !compression && (ah ? !cipher() : cipher() && exists(*cipher())); }

const engine::Algorithm* TransformSet::integrity() const {
  return ah ? engine::find_esp_keyword("esp-" + ah->substr(std::string_view("ah-").size())) : hmac;
}

const engine::Algorithm* TransformSet::cipher() const {
  if (!family || !key_bits || *key_bits == 128) return family;
  return engine::find_esp_keyword(std::string(family->esp_keyword) + " " + std::to_string(*key_bits));
}

bool proposal_complete(const Node& proposal) {
  const auto* header = proposal.as<Ikev2Proposal>();
  const bool built_in = header && header->name == "default";
  const auto* encryption = proposal.find<ProposalEncryption>();
  if (!built_in && (!encryption || !proposal.find<ProposalGroup>())) return false;
  const auto is_aead = [](const engine::Algorithm* a) { return a->aead; };
  if (encryption && std::all_of(encryption->algorithms.begin(), encryption->algorithms.end(), is_aead))
    return proposal.find<ProposalPrf>() != nullptr;
  return built_in || proposal.find<ProposalIntegrity>() != nullptr;
}

}  // namespace parser
