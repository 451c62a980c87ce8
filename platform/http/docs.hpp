// GET /docs: Swagger UI from local files.
#pragma once
#include <string>

namespace qm::http {

class Api;
enum class Access;

// Serves the page and, from `assets_dir`, the two files of swagger-ui-dist that it loads.
void add_docs_pages(Api& api, std::string assets_dir, std::string title, Access access);

}  // namespace qm::http
