#include "platform/http/docs.hpp"

#include <fstream>
#include <sstream>

#include "platform/http/api.hpp"

namespace qm::http {

namespace {

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>TITLE</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({url: "/openapi.json", dom_id: "#ui", deepLinking: true, tryItOutEnabled: true})</script>
</body></html>
)";

constexpr std::string_view kMissing =
    "<!doctype html><meta charset=\"utf-8\"><title>API</title><p>The pages of Swagger UI are not installed: run "
    "<code>tools/bootstrap</code> and start again. The description itself is at <a "
    "href=\"/openapi.json\">/openapi.json</a>.</p>";

std::shared_ptr<const std::string> read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return nullptr;
  std::stringstream text;
  text << file.rdbuf();
  return std::make_shared<const std::string>(std::move(text).str());
}

RawHandler asset(std::string path, std::string content_type) {
  return [path = std::move(path), content_type = std::move(content_type)](const Request& request) -> Task<Response> {
    auto bytes = read_file(path);
    if (!bytes) co_return problem(404, "Swagger UI is not installed; run tools/bootstrap.", request.request_id);
    Response answer;
    answer.content_type = content_type;
    answer.shared_body = std::move(bytes);
    answer.headers.emplace_back("Cache-Control", "max-age=86400");
    co_return answer;
  };
}

}  // namespace

void add_docs_pages(Api& api, std::string assets_dir, std::string title, Access access) {
  std::string page{kPage};
  page.replace(page.find("TITLE"), 5, title);
  const std::string bundle = assets_dir + "/swagger-ui-bundle.js";
  api.raw(Method::Get, "/docs", {.name = "docs", .access = access}, [page, bundle](const Request&) -> Task<Response> {
    Response answer;
    answer.content_type = "text/html; charset=utf-8";
    answer.body = std::ifstream{bundle}.good() ? page : std::string{kMissing};
    co_return answer;
  });
  api.raw(Method::Get, "/docs/swagger-ui-bundle.js", {.name = "docs_script", .access = access},
          asset(bundle, "text/javascript; charset=utf-8"));
  api.raw(Method::Get, "/docs/swagger-ui.css", {.name = "docs_style", .access = access},
          asset(assets_dir + "/swagger-ui.css", "text/css; charset=utf-8"));
}

}  // namespace qm::http
