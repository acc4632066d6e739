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
  switch (type) {
#define ENGINE_NOTIFY_TYPE(number, name, text) \
  case NotifyType::name:                       \
    return text;
    ENGINE_NOTIFY_TYPES(ENGINE_NOTIFY_TYPE)
#undef ENGINE_NOTIFY_TYPE
    case NotifyType::none:
      break;
  }
  return "";
}

PayloadType type_of(const Payload& payload) {
  struct Visitor {
    PayloadType operator()(const SaPayload&) const { return PayloadType::sa; }
    PayloadType operator()(const KePayload&) const { return PayloadType::ke; }
    PayloadType operator()(const IdPayload& p) const { return p.which; }
    PayloadType operator()(const CertPayload& p) const { return p.which; }
    PayloadType operator()(const AuthPayload&) const { return PayloadType::auth; }
    PayloadType operator()(const NoncePayload&) const { return PayloadType::nonce; }
    PayloadType operator()(const NotifyPayload&) const { return PayloadType::notify; }
    PayloadType operator()(const DeletePayload&) const { return PayloadType::delete_; }
    PayloadType operator()(const TsPayload& p) const { return p.which; }
    PayloadType operator()(const CpPayload&) const { return PayloadType::cp; }
    PayloadType operator()(const EapPayload&) const { return PayloadType::eap; }
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
