#include <array>

#include "engine/wire/message.hpp"

namespace engine::wire {

std::string_view name_of(ExchangeType exchange) {
  switch (exchange) {
    case ExchangeType::ike_sa_init:
      return "IKE_SA_INIT";
    case ExchangeType::ike_auth:
      return "IKE_AUTH";
    case ExchangeType::create_child_sa:
      return "CREATE_CHILD_SA";
    case ExchangeType::informational:
      return "INFORMATIONAL";
    case ExchangeType::ike_intermediate:
      return "IKE_INTERMEDIATE";
    case ExchangeType::ike_followup_ke:
      return "IKE_FOLLOWUP_KE";
  }
  return "";
}

std::string_view name_of(PayloadType type) {
  switch (type) {
    case PayloadType::none:
      return "NONE";
    case PayloadType::sa:
      return "SA";
    case PayloadType::ke:
      return "KE";
    case PayloadType::id_i:
      return "IDi";
    case PayloadType::id_r:
      return "IDr";
    case PayloadType::cert:
      return "CERT";
    case PayloadType::certreq:
      return "CERTREQ";
    case PayloadType::auth:
      return "AUTH";
    case PayloadType::nonce:
      return "N";
    case PayloadType::notify:
      return "NOTIFY";
    case PayloadType::delete_:
      return "DELETE";
    case PayloadType::vendor_id:
      return "VID";
    case PayloadType::ts_i:
      return "TSi";
    case PayloadType::ts_r:
      return "TSr";
    case PayloadType::sk:
      return "ENCR";
    case PayloadType::cp:
      return "CFG";
    case PayloadType::eap:
      return "EAP";
    case PayloadType::skf:
      return "SKF";
  }
  return "";
}

std::string_view name_of(NotifyType type) {
  struct Row {
    std::uint16_t type;
    std::string_view name;
  };
  static constexpr std::array rows{Row{1, "UNSUPPORTED_CRITICAL_PAYLOAD"},
                                   Row{4, "INVALID_IKE_SPI"},
                                   Row{5, "INVALID_MAJOR_VERSION"},
                                   Row{7, "INVALID_SYNTAX"},
                                   Row{9, "INVALID_MESSAGE_ID"},
                                   Row{11, "INVALID_SPI"},
                                   Row{14, "NO_PROPOSAL_CHOSEN"},
                                   Row{17, "INVALID_KE_PAYLOAD"},
                                   Row{24, "AUTHENTICATION_FAILED"},
                                   Row{34, "SINGLE_PAIR_REQUIRED"},
                                   Row{35, "NO_ADDITIONAL_SAS"},
                                   Row{36, "INTERNAL_ADDRESS_FAILURE"},
                                   Row{37, "FAILED_CP_REQUIRED"},
                                   Row{38, "TS_UNACCEPTABLE"},
                                   Row{39, "INVALID_SELECTORS"},
                                   Row{40, "UNACCEPTABLE_ADDRESSES"},
                                   Row{41, "UNEXPECTED_NAT_DETECTED"},
                                   Row{43, "TEMPORARY_FAILURE"},
                                   Row{44, "CHILD_SA_NOT_FOUND"},
                                   Row{47, "STATE_NOT_FOUND"},
                                   Row{16384, "INITIAL_CONTACT"},
                                   Row{16385, "SET_WINDOW_SIZE"},
                                   Row{16386, "ADDITIONAL_TS_POSSIBLE"},
                                   Row{16387, "IPCOMP_SUPPORTED"},
                                   Row{16388, "NAT_DETECTION_SOURCE_IP"},
                                   Row{16389, "NAT_DETECTION_DESTINATION_IP"},
                                   Row{16390, "COOKIE"},
                                   Row{16391, "USE_TRANSPORT_MODE"},
                                   Row{16392, "HTTP_CERT_LOOKUP_SUPPORTED"},
                                   Row{16393, "REKEY_SA"},
                                   Row{16394, "ESP_TFC_PADDING_NOT_SUPPORTED"},
                                   Row{16395, "NON_FIRST_FRAGMENTS_ALSO"},
                                   Row{16396, "MOBIKE_SUPPORTED"},
                                   Row{16397, "ADDITIONAL_IP4_ADDRESS"},
                                   Row{16398, "ADDITIONAL_IP6_ADDRESS"},
                                   Row{16399, "NO_ADDITIONAL_ADDRESSES"},
                                   Row{16400, "UPDATE_SA_ADDRESSES"},
                                   Row{16401, "COOKIE2"},
                                   Row{16402, "NO_NATS_ALLOWED"},
                                   Row{16403, "AUTH_LIFETIME"},
                                   Row{16404, "MULTIPLE_AUTH_SUPPORTED"},
                                   Row{16406, "REDIRECT_SUPPORTED"},
                                   Row{16417, "EAP_ONLY_AUTHENTICATION"},
                                   Row{16418, "CHILDLESS_IKEV2_SUPPORTED"},
                                   Row{16420, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED"},
                                   Row{16422, "IKEV2_MESSAGE_ID_SYNC"},
                                   Row{16430, "IKEV2_FRAGMENTATION_SUPPORTED"},
                                   Row{16431, "SIGNATURE_HASH_ALGORITHMS"},
                                   Row{16435, "USE_PPK"},
                                   Row{16436, "PPK_IDENTITY"},
                                   Row{16437, "NO_PPK_AUTH"},
                                   Row{16438, "INTERMEDIATE_EXCHANGE_SUPPORTED"},
                                   Row{16441, "ADDITIONAL_KEY_EXCHANGE"}};
  for (const Row& row : rows)
    if (row.type == static_cast<std::uint16_t>(type)) return row.name;
  return "";
}

PayloadType type_of(const Payload& payload) {
  struct Visitor {
    PayloadType operator()(const SaPayload&) const { return PayloadType::sa; }
    PayloadType operator()(const KePayload&) const { return PayloadType::ke; }
    PayloadType operator()(const IdPayload& p) const { return p.which; }
    PayloadType operator()(const AuthPayload&) const { return PayloadType::auth; }
    PayloadType operator()(const NoncePayload&) const { return PayloadType::nonce; }
    PayloadType operator()(const NotifyPayload&) const { return PayloadType::notify; }
    PayloadType operator()(const DeletePayload&) const { return PayloadType::delete_; }
    PayloadType operator()(const TsPayload& p) const { return p.which; }
    PayloadType operator()(const OpaquePayload& p) const { return static_cast<PayloadType>(p.type); }
    PayloadType operator()(const EncryptedPayload& p) const { return p.which; }
  };
  return std::visit(Visitor{}, payload);
}

namespace {

template <class T, class Condition>
const T* find_if(const Payloads& payloads, Condition condition) {
  for (const Payload& payload : payloads) {
    const T* hit = std::get_if<T>(&payload);
    if (hit != nullptr && condition(*hit)) return hit;
  }
  return nullptr;
}

}  // namespace

const IdPayload* find_id(const Payloads& payloads, PayloadType which) {
  return find_if<IdPayload>(payloads, [which](const IdPayload& p) { return p.which == which; });
}

const TsPayload* find_ts(const Payloads& payloads, PayloadType which) {
  return find_if<TsPayload>(payloads, [which](const TsPayload& p) { return p.which == which; });
}

const NotifyPayload* find_notify(const Payloads& payloads, NotifyType type) {
  return find_if<NotifyPayload>(payloads, [type](const NotifyPayload& p) { return p.type == type; });
}

}  // namespace engine::wire
