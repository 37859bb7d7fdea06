// Secrets of projects, as ciphertext (rest-api.md §6.12).
#include "store/sql/project_rows.h"
#include "store/sql/sql_database.h"

namespace mogura::store::sql {
namespace {

EncryptedSecrets::Cipher cipher_from(Rows::Row& row) {
  EncryptedSecrets::Cipher cipher;
  cipher.engine = row.text();
  cipher.text = row.text();
  return cipher;
}

std::string secret_key_from(Rows::Row& row) {
  return row.text();
}

}  // namespace

void SqlDatabase::set_secret(ProjectId project, const std::string& scope, const std::string& key,
                             const Cipher& cipher) {
  run(Access::write,
      "INSERT INTO secrets (project_id, scope, key, engine, value) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (project_id, scope, key) DO UPDATE SET engine = excluded.engine, "
      "value = excluded.value",
      {project, scope, key, cipher.engine, cipher.text});
}

std::optional<EncryptedSecrets::Cipher> SqlDatabase::find_secret(ProjectId project,
                                                                 const std::string& scope,
                                                                 const std::string& key) {
  return first_from(
      run(Access::read,
          "SELECT engine, value FROM secrets WHERE project_id = $1 AND scope = $2 AND key = $3",
          {project, scope, key}),
      cipher_from);
}

void SqlDatabase::delete_secret(ProjectId project, const std::string& scope,
                                const std::string& key) {
  run(Access::write, "DELETE FROM secrets WHERE project_id = $1 AND scope = $2 AND key = $3",
      {project, scope, key});
}

std::vector<std::string> SqlDatabase::list_secrets(ProjectId project, const std::string& scope) {
  return all_from(
      run(Access::read, "SELECT key FROM secrets WHERE project_id = $1 AND scope = $2 ORDER BY key",
          {project, scope}),
      secret_key_from);
}

}  // namespace mogura::store::sql
