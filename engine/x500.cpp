#include "engine/x500.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace engine {
namespace {

/// One type-length-value of DER. Lengths above 65,535 and indefinite ones are none of ours.
struct Element {
  std::uint8_t tag = 0;
  ByteView value;
};
std::optional<Element> element(Reader& in) {
  const auto tag = in.u8();
  const auto length = in.u8();
  if (!tag || !length) return std::nullopt;
  std::size_t octets = *length;
  if (octets == 0x81) {
    const auto more = in.u8();
    if (!more) return std::nullopt;
    octets = *more;
  } else if (octets == 0x82) {
    const auto more = in.u16();
    if (!more) return std::nullopt;
    octets = *more;
  } else if (octets >= 0x80) {
    return std::nullopt;
  }
  const auto value = in.bytes(octets);
  return value ? std::optional<Element>({*tag, *value}) : std::nullopt;
}

constexpr std::uint8_t tag_sequence = 0x30, tag_set = 0x31, tag_oid = 0x06, tag_bmp_string = 0x1e;

struct ShortName {
  std::string_view oid, name;
};
constexpr std::array short_names = {
    ShortName{"2.5.4.3", "cn"},
    ShortName{"2.5.4.4", "sn"},
    ShortName{"2.5.4.5", "serialNumber"},
    ShortName{"2.5.4.6", "c"},
    ShortName{"2.5.4.7", "l"},
    ShortName{"2.5.4.8", "st"},
    ShortName{"2.5.4.9", "street"},
    ShortName{"2.5.4.10", "o"},
    ShortName{"2.5.4.11", "ou"},
    ShortName{"2.5.4.12", "title"},
    ShortName{"2.5.4.42", "gn"},
    ShortName{"2.5.4.43", "initials"},
    ShortName{"2.5.4.46", "dnq"},
    ShortName{"0.9.2342.19200300.100.1.1", "uid"},
    ShortName{"0.9.2342.19200300.100.1.25", "dc"},
    ShortName{"1.2.840.113549.1.9.1", "e"},
    ShortName{"1.2.840.113549.1.9.2", "hostname"},
    ShortName{"1.2.840.113549.1.9.8", "ipaddress"},
};

std::string dotted(ByteView oid) {
  std::string out;
  std::uint64_t arc = 0;
  for (const std::uint8_t octet : oid) {
    arc = (arc << 7) | (octet & 0x7f);
    if (octet & 0x80) continue;
    if (out.empty()) {
      const std::uint64_t first = arc < 80 ? arc / 40 : 2;
      out = std::to_string(first) + "." + std::to_string(arc - first * 40);
    } else {
      out += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return out;
}

void put(std::string& out, std::uint8_t octet) {
  if (octet >= 0x20 && octet < 0x7f && octet != ',' && octet != '\\' && octet != '+')
    out.push_back(static_cast<char>(octet));
  else
    out += "\\x" + to_hex(ByteView(&octet, 1));
}

std::string escaped(ByteView octets) {
  std::string out;
  for (const std::uint8_t octet : octets) put(out, octet);
  return out;
}

std::string value_text(const Element& value) {
  if (value.tag != tag_bmp_string || value.value.size() % 2 != 0) return escaped(value.value);
  std::string out;
  for (std::size_t i = 0; i < value.value.size(); i += 2) {
    if (value.value[i] != 0) put(out, value.value[i]);
    put(out, value.value[i + 1]);
  }
  return out;
}

/// AttributeTypeAndValue.
std::optional<std::string> attribute(ByteView content) {
  Reader in(content);
  const auto type = element(in);
  const auto value = element(in);
  if (!type || !value || type->tag != tag_oid || !in.empty()) return std::nullopt;
  const std::string oid = dotted(type->value);
  std::string out = oid;
  for (const ShortName& known : short_names)
    if (known.oid == oid) out = known.name;
  return out + "=" + value_text(*value);
}

/// RelativeDistinguishedName.
std::optional<std::string> relative(ByteView content) {
  std::string out;
  for (Reader in(content); !in.empty();) {
    const auto one = element(in);
    const auto text = one && one->tag == tag_sequence ? attribute(one->value) : std::nullopt;
    if (!text) return std::nullopt;
    out += (out.empty() ? "" : "+") + *text;
  }
  return out;
}

std::optional<std::string> whole(ByteView name) {
  Reader outer(name);
  const auto sequence = element(outer);
  if (!sequence || sequence->tag != tag_sequence || !outer.empty()) return std::nullopt;
  std::string out;
  for (Reader in(sequence->value); !in.empty();) {
    const auto set = element(in);
    const auto text = set && set->tag == tag_set ? relative(set->value) : std::nullopt;
    if (!text) return std::nullopt;
    out = *text + (out.empty() ? "" : ",") + out;
  }
  return out;
}

}  // namespace

std::string x500_text(ByteView name) { return whole(name).value_or(escaped(name)); }

std::string x500_part(std::string_view text, std::string_view attribute) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    if (part.size() > attribute.size() && part.starts_with(attribute) && part[attribute.size()] == '=')
      return std::string(part.substr(attribute.size() + 1));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return {};
}

}  // namespace engine
