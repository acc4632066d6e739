// `sallyport convert`: the IKEv2 configuration that does what a legacy IKEv1 (`crypto isakmp`) one did. IKEv1 itself is not
// spoken (RFC 9395).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parser {

/// A decision. `undone`: something that has no counterpart and is for a human to settle. No secrets.
struct ConversionNote {
  std::size_t line = 0;  // of the old configuration; 0: the whole
  std::string text;
  bool undone = false;
};

struct Conversion {
  bool found = false;         // there was IKEv1 to convert
  std::string configuration;  // to be entered after the old one; holds its keys
  std::vector<ConversionNote> notes;
};

Conversion convert(std::string_view text);

}  // namespace parser
