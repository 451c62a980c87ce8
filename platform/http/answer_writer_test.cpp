#include "platform/http/answer_writer.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace qm::http {
namespace {

std::string joined_header(const Response& response, std::string_view name) {
  std::string values;
  for (const auto& [known, value] : response.headers) {
    if (known == name) values += (values.empty() ? "" : "|") + value;
  }
  return values;
}

std::string gunzip(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string plain(1'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  const int ended = inflate(&stream, Z_FINISH);
  plain.resize(plain.size() - stream.avail_out);
  inflateEnd(&stream);
  return ended == Z_STREAM_END ? plain : "not gzip";
}

TEST(Gzip, UnpacksToTheSame) {
  std::string mixed;
  for (unsigned i = 0; i < 50'000; ++i) mixed += static_cast<char>(i * i * 31 >> 5);
  for (const std::string& text : {std::string{}, std::string{"a"}, std::string(100'000, 'z'), mixed})
    EXPECT_EQ(gunzip(gzip(text)), text);
}

TEST(Gzip, IsUsedWhenItIsTakenAndWorthIt) {
  struct Case {
    const char* accepts;
    const char* type;
    std::size_t size;
    std::size_t from;
    bool packed;
    bool varies;
  };
  const Case cases[] = {
      {"gzip", "application/json", 4096, 4096, true, true},
      {"deflate, gzip;q=0.5, br", "text/html; charset=utf-8", 5000, 4096, true, true},
      {"gzip;q=1.0", "application/problem+json", 5000, 4096, true, true},
      {"gzip;q=0", "application/json", 5000, 4096, false, true},
      {"gzip;q=0.000, br", "application/json", 5000, 4096, false, true},
      {"", "application/json", 5000, 4096, false, true},
      {"br", "application/json", 5000, 4096, false, true},
      {"gzip", "application/json", 4095, 4096, false, false},
      {"gzip", "image/png", 5000, 4096, false, false},
      {"gzip", "image/svg+xml", 5000, 4096, true, true},
      {"gzip", "application/json", 5000, 0, false, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string{c.accepts} + " " + c.type);
    ServerOptions options;
    options.gzip_min_bytes = c.from;
    Request request;
    request.headers = {{"accept-encoding", c.accepts}};
    Response response;
    response.content_type = c.type;
    response.shared_body = std::make_shared<const std::string>(c.size, 'x');
    apply_gzip(options, request, response);
    EXPECT_EQ(joined_header(response, "Content-Encoding"), c.packed ? "gzip" : "");
    EXPECT_EQ(joined_header(response, "Vary"), c.varies ? "Accept-Encoding" : "");
    const std::string payload{response.payload()};
    EXPECT_EQ(c.packed ? gunzip(payload) : payload, std::string(c.size, 'x'));
  }
}

TEST(Cors, AnswersTheKnownOriginsOnly) {
  struct Case {
    std::vector<std::string> allowed;
    std::string origin;
    const char* answer;
    const char* vary;
  };
  const Case cases[] = {
      {{}, "http://a", "", ""},
      {{"http://a", "http://b"}, "http://b", "http://b", "Origin"},
      {{"http://a"}, "http://a.evil", "", ""},
      {{"http://a"}, "http://A", "", ""},
      {{"http://a"}, "", "", ""},
      {{"*"}, "http://any", "*", ""},
      {{"*"}, "http://any\r\nX: y", "", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.origin);
    ServerOptions options;
    options.cors_origins = c.allowed;
    Request request;
    request.headers = {{"Origin", c.origin}};
    Response response;
    apply_cors(options, request, response);
    EXPECT_EQ(joined_header(response, "Access-Control-Allow-Origin"), c.answer);
    EXPECT_EQ(joined_header(response, "Vary"), c.vary);
    EXPECT_EQ(joined_header(response, "Access-Control-Allow-Methods"), "") << "no preflight";
  }
}

TEST(Cors, AnswersAPreflight) {
  ServerOptions options;
  options.cors_origins = {"http://a"};
  Request request;
  request.method = Method::Options;
  request.headers = {{"Origin", "http://a"},
                     {"Access-Control-Request-Method", "PUT"},
                     {"Access-Control-Request-Headers", "authorization, x-a"}};
  Response response;
  apply_cors(options, request, response);
  EXPECT_NE(joined_header(response, "Access-Control-Allow-Methods").find("PUT"), std::string::npos);
  EXPECT_EQ(joined_header(response, "Access-Control-Allow-Headers"), "authorization, x-a");
  EXPECT_EQ(joined_header(response, "Access-Control-Max-Age"), "600");
  Response other;
  request.headers[0].second = "http://b";
  apply_cors(options, request, other);
  EXPECT_TRUE(other.headers.empty());
}

TEST(Head, SaysWhatFollows) {
  const ServerOptions options;
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  Request request;
  request.request_id = "r1";
  request.traceparent = "t1";
  Response response;
  response.status = 404;
  response.body = "12345";
  response.headers = {{"X-A", "b"}};
  std::string out = "before";
  write_head({options, date, true}, request, response, out);
  EXPECT_EQ(out,
            "beforeHTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: "
            "application/json\r\nContent-Length: 5\r\n"
            "X-Request-Id: r1\r\ntraceparent: t1\r\nX-A: b\r\nConnection: close\r\n\r\n");
  for (const int status : {204, 304}) {
    response.status = status;
    out.clear();
    write_head({options, date, false}, request, response, out);
    EXPECT_EQ(out.find("Content-"), std::string::npos) << status;
    EXPECT_EQ(out.find("Connection"), std::string::npos);
    EXPECT_TRUE(out.ends_with("\r\n\r\n"));
  }
}

}  // namespace
}  // namespace qm::http
