// SPDX-License-Identifier: Apache-2.0
// What a MySQL server says of TLS before anything secret is sent. libmariadb sends a password in
// clear when TLS is wanted and the server has none, and cannot check a certificate's authority
// without its host name; so both are looked at first, on a connection of their own. Internal to the
// room.
#pragma once

#include <string>

#include "api/sql_session.h"

namespace sluice {

struct TlsOffer {
  bool offered = false;
  std::string fingerprint;  // of the certificate, SHA-1 in hex; empty unless a handshake was asked
};

// The greeting alone; for kRequired and kVerifyCa also a handshake, and for kVerifyCa the
// certificate must be signed by endpoint.tls_ca_file's authority, else kInvalidConfig.
Result<TlsOffer> ProbeTls(const SqlEndpoint& endpoint);

}  // namespace sluice
