#include "parser/modes/common.hpp"

namespace parser {

const Mode& ipsec_transform_set_mode() {
  static const Mode mode(
      "ipsec_transform_set", "cfg-crypto-trans",
      table(once<TransformEsn>(kw("esn", "extended sequence numbers")),
            once<TransformMode>(kw("mode", "encapsulation mode (transport/tunnel)") >>
                                    tail(is<&TransformMode::mode, engine::IpsecMode::tunnel>(
                                             kw("tunnel", "tunnel (datagram encapsulation) mode")) |
                                         is<&TransformMode::mode, engine::IpsecMode::transport>(
                                             kw("transport", "transport (payload encapsulation) mode") >>
                                             -flag<&TransformMode::require>(kw("require", "transport mode or nothing")))),
                                {.absent = "mode tunnel",
                                 .is_default = [](const TransformMode& m) { return m.mode == engine::IpsecMode::tunnel; }}),
            leave("Exit from crypto transform configuration mode")));
  return mode;
}

}  // namespace parser
