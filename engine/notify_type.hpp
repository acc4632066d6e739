// The Notify Message Types we know, each declared once: number, name here, name in the IANA IKEv2 registry.
#pragma once

#include <cstdint>

// clang-format off
#define ENGINE_NOTIFY_TYPES(X) \
  X(1, unsupported_critical_payload, "UNSUPPORTED_CRITICAL_PAYLOAD") \
  X(4, invalid_ike_spi, "INVALID_IKE_SPI") \
  X(5, invalid_major_version, "INVALID_MAJOR_VERSION") \
  X(7, invalid_syntax, "INVALID_SYNTAX") \
  X(9, invalid_message_id, "INVALID_MESSAGE_ID") \
  X(11, invalid_spi, "INVALID_SPI") \
  X(14, no_proposal_chosen, "NO_PROPOSAL_CHOSEN") \
  X(17, invalid_ke_payload, "INVALID_KE_PAYLOAD") \
  X(24, authentication_failed, "AUTHENTICATION_FAILED") \
  X(34, single_pair_required, "SINGLE_PAIR_REQUIRED") \
  X(35, no_additional_sas, "NO_ADDITIONAL_SAS") \
  X(36, internal_address_failure, "INTERNAL_ADDRESS_FAILURE") \
  X(37, failed_cp_required, "FAILED_CP_REQUIRED") \
  X(38, ts_unacceptable, "TS_UNACCEPTABLE") \
  X(39, invalid_selectors, "INVALID_SELECTORS") \
  X(40, unacceptable_addresses, "UNACCEPTABLE_ADDRESSES") \
  X(41, unexpected_nat_detected, "UNEXPECTED_NAT_DETECTED") \
  X(43, temporary_failure, "TEMPORARY_FAILURE") \
  X(44, child_sa_not_found, "CHILD_SA_NOT_FOUND") \
  X(47, state_not_found, "STATE_NOT_FOUND") \
  X(16384, initial_contact, "INITIAL_CONTACT") \
  X(16385, set_window_size, "SET_WINDOW_SIZE") \
  X(16386, additional_ts_possible, "ADDITIONAL_TS_POSSIBLE") \
  X(16387, ipcomp_supported, "IPCOMP_SUPPORTED") \
  X(16388, nat_detection_source_ip, "NAT_DETECTION_SOURCE_IP") \
  X(16389, nat_detection_destination_ip, "NAT_DETECTION_DESTINATION_IP") \
  X(16390, cookie, "COOKIE") \
  X(16391, use_transport_mode, "USE_TRANSPORT_MODE") \
  X(16392, http_cert_lookup_supported, "HTTP_CERT_LOOKUP_SUPPORTED") \
  X(16393, rekey_sa, "REKEY_SA") \
  X(16394, esp_tfc_padding_not_supported, "ESP_TFC_PADDING_NOT_SUPPORTED") \
  X(16395, non_first_fragments_also, "NON_FIRST_FRAGMENTS_ALSO") \
  X(16396, mobike_supported, "MOBIKE_SUPPORTED") \
  X(16397, additional_ip4_address, "ADDITIONAL_IP4_ADDRESS") \
  X(16398, additional_ip6_address, "ADDITIONAL_IP6_ADDRESS") \
  X(16399, no_additional_addresses, "NO_ADDITIONAL_ADDRESSES") \
  X(16400, update_sa_addresses, "UPDATE_SA_ADDRESSES") \
  X(16401, cookie2, "COOKIE2") \
  X(16402, no_nats_allowed, "NO_NATS_ALLOWED") \
  X(16403, auth_lifetime, "AUTH_LIFETIME") \
  X(16404, multiple_auth_supported, "MULTIPLE_AUTH_SUPPORTED") \
  X(16406, redirect_supported, "REDIRECT_SUPPORTED") \
  X(16417, eap_only_authentication, "EAP_ONLY_AUTHENTICATION") \
  X(16418, childless_ikev2_supported, "CHILDLESS_IKEV2_SUPPORTED") \
  X(16420, ikev2_message_id_sync_supported, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED") \
  X(16422, ikev2_message_id_sync, "IKEV2_MESSAGE_ID_SYNC") \
  X(16430, fragmentation_supported, "IKEV2_FRAGMENTATION_SUPPORTED") \
  X(16431, signature_hash_algorithms, "SIGNATURE_HASH_ALGORITHMS") \
  X(16435, use_ppk, "USE_PPK") \
  X(16436, ppk_identity, "PPK_IDENTITY") \
  X(16437, no_ppk_auth, "NO_PPK_AUTH") \
  X(16438, intermediate_exchange_supported, "INTERMEDIATE_EXCHANGE_SUPPORTED") \
  X(16441, additional_key_exchange, "ADDITIONAL_KEY_EXCHANGE") \
  X(16443, supported_auth_methods, "SUPPORTED_AUTH_METHODS")
// clang-format on

namespace engine {

/// RFC 7296, 3.10.1. Errors are below 16384.
enum class NotifyType : std::uint16_t {
  none = 0,
#define ENGINE_NOTIFY_TYPE(number, name, text) name = number,
  ENGINE_NOTIFY_TYPES(ENGINE_NOTIFY_TYPE)
#undef ENGINE_NOTIFY_TYPE
};

}  // namespace engine
