// SPDX-License-Identifier: Apache-2.0
// http::Client over libcurl: HTTP/1.1 with kept-alive connections, one at a time per thread that is
// inside Perform.
//
// What the contract of api/http_client.h means here:
// - Redirects 307 and 308 are followed with method, headers, body and Basic authentication; 301,
//   302 and 303 only for GET and HEAD. One redirect more than `redirects_max` is kUnavailable;
//   `redirects_max` 0 hands the redirect to the caller.
// - kInvalidConfig: a URL, header or certificate that no retry can mend. Nothing was sent.
// - A request that died on a kept-alive connection is repeated on a new one only when it is a GET
//   or HEAD, or when not one byte of it had been sent. Otherwise it is kTimeout: outcome unknown.
// - An answer that comes while the body is still being sent ends the sending.
// - A cancel is honoured within 100 ms. Proxy settings of the environment are not used.
#pragma once

#include <memory>

#include "api/http_client.h"
#include "base/env.h"

namespace sluice {

// `env` gives the clock and outlives the client. No Perform may be running when it is destroyed.
std::unique_ptr<http::Client> MakeCurlClient(Env& env);

}  // namespace sluice
