// The closed list of reasons why something was refused, dropped or torn down. One row a cause; the notify that goes on
// the wire is another thing (engine/result.hpp). A cause's test provokes it; `show crypto ikev2 diagnose` explains it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace engine {

enum class Cause : std::uint8_t {
  none,
  // Datagrams dropped before any SA is touched.
  malformed_header,
  malformed_payload,
  unsupported_version,
  unknown_spi,
  wrong_flags,
  unexpected_exchange,
  message_id_outside_window,
  integrity_failed,
  no_interface_policy,
  rate_limited,
  unusable_fragment,
  // Negotiations refused, by us or by the peer.
  unsupported_critical_payload,
  missing_payload,
  no_matching_policy,
  no_matching_profile,
  no_matching_key,
  proposal_mismatch,
  group_mismatch,
  invalid_key_exchange_value,
  authentication_failed,
  method_mismatch,
  ppk_mismatch,
  identity_mismatch,
  // What stands against a certificate, one predicate each.
  malformed_certificate,
  no_certificate,
  unknown_authority,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_revoked,
  revocation_unknown,
  certificate_usage,
  path_too_long,
  name_constraints,
  certificate_path,
  weak_key,
  certificate_identity,
  signature_mismatch,
  selectors_unacceptable,
  child_proposal_mismatch,
  pfs_mismatch,
  peer_refused_proposal,
  peer_refused_authentication,
  peer_refused_selectors,
  peer_refused_child_proposal,
  peer_refused,
  answer_not_offered,
  name_not_resolved,
  // EAP, at either end.
  eap_malformed,
  eap_unexpected,
  eap_endless,
  eap_method_refused,
  eap_unknown_user,
  eap_wrong_password,
  eap_refused,
  eap_server_unproven,
  eap_without_key,
  eap_tls_failed,
  radius_silent,
  radius_bad_answer,
  radius_rejected,
  // Remote access.
  configuration_required,
  address_pool_exhausted,
  no_virtual_template,
  no_address_assigned,
  network_refused,
  session_over,
  radius_disconnected,
  // Life and death of SAs.
  no_response,
  peer_deleted,
  cleared_by_operator,
  shut_down,
  configuration_removed,
  lifetime_expired,
  idle,
  temporary_failure,
  install_failed,
  ah_behind_nat,
  address_not_proven,
  replaced,
  internal_error,
};

struct CauseText {
  Cause cause;
  std::string_view name;   // stable machine name, kebab case
  std::string_view ios;    // the line of `show crypto ikev2 diagnose error`
  std::string_view plain;  // one plain sentence: what it means and what to look at
};

inline constexpr std::size_t cause_count = static_cast<std::size_t>(Cause::internal_error) + 1;
/// Every cause exactly once, in the order of the enum.
extern const std::array<CauseText, cause_count> cause_texts;
inline const CauseText& text_of(Cause cause) { return cause_texts[static_cast<std::size_t>(cause)]; }

}  // namespace engine
