#include "parser/modes/common.hpp"

namespace parser {
namespace {

std::string_view note_of(const ProposalEncryption& line) {
  const auto& ciphers = line.algorithms;
  const bool any = std::any_of(ciphers.begin(), ciphers.end(), [](const engine::Algorithm* row) { return exists(*row); });
  return any || ciphers.empty() ? std::string_view() : no_effect::cipher;
}

}  // namespace

const Mode& ikev2_proposal_mode() {
  using engine::TransformType;
  static const Mode mode(
      "ikev2_proposal", "config-ikev2-proposal",
      table(
          once<ProposalPqc>(kw("pqc", "Set the post-quantum key exchange(s)") >>
                            tail(each<&ProposalPqc::groups>(symbols(post_quantum_exchanges()), 1, 3) >>
                                 -flag<&ProposalPqc::optional>(kw("optional", "A peer may leave it out")))),
          once<ProposalEncryption>(
              kw("encryption", "Set encryption algorithm(s) for proposal") >>
                  tail(each<&ProposalEncryption::algorithms>(symbols(ike_algorithms(TransformType::encryption)), 1, 16)),
              {.note_for = note_of, .remove = remove_from_list<&ProposalEncryption::algorithms, ProposalEncryption>}),
          once<ProposalIntegrity>(
              kw("integrity", "Set integrity hash algorithm(s) for proposal") >>
                  tail(each<&ProposalIntegrity::algorithms>(symbols(ike_algorithms(TransformType::integrity)), 1, 16)),
              {.remove = remove_from_list<&ProposalIntegrity::algorithms, ProposalIntegrity>}),
          once<ProposalPrf>(kw("prf", "Set prf hash algorithm(s) for proposal") >>
                                tail(each<&ProposalPrf::algorithms>(symbols(ike_algorithms(TransformType::prf)), 1, 16)),
                            {.remove = remove_from_list<&ProposalPrf::algorithms, ProposalPrf>}),
          once<ProposalGroup>(kw("group", "Set the Diffie-Hellman group(s)") >>
                                  tail(each<&ProposalGroup::groups>(symbols(ike_algorithms(TransformType::key_exchange)), 1, 16)),
                              {.remove = remove_from_list<&ProposalGroup::groups, ProposalGroup>}),
          many<ProposalAdditional>(
              own_kw("additional-key-exchange", "Set a further key exchange (RFC 9370)") >>
                  f<&ProposalAdditional::number>(number(1, engine::max_additional_key_exchanges, "Its place")) >>
                  tail(each<&ProposalAdditional::groups>(symbols(additional_exchanges()), 1, 16) >>
                       -flag<&ProposalAdditional::optional>(kw("optional", "A peer may leave it out"))),
              {.same = [](const ProposalAdditional& old, const ProposalAdditional& given,
                          bool) { return old.number == given.number; },
               .before = [](const ProposalAdditional& a, const ProposalAdditional& b) { return a.number < b.number; }}),
          leave("Exit from IKEv2 proposal sub mode")));
  return mode;
}

}  // namespace parser
