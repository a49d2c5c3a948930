/**
 * A certificate for `localhost` and 127.0.0.1 that is its own authority, for servers in tests. It is valid until 2126.
 * Made by: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext "subjectAltName=DNS:localhost,IP:127.0.0.1"
 */
export const TEST_CERTIFICATE = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUT7B0SFlwGeJayN0w9bFLF0/+URcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDIwMDI0MloYDzIxMjYxMTA2
MjAwMjQyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQq2m0y8kI2ceJvjXhKMMncHl8M0rRWpYqAVlsedEpp6Loc2xL6rENG
snXNEGfsnlOH2cNCBhIdImOJzKIGU4o3o28wbTAdBgNVHQ4EFgQUENZi7zaBuREU
TkD3QHQVIg08Q7wwHwYDVR0jBBgwFoAUENZi7zaBuREUTkD3QHQVIg08Q7wwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgBlCb0robKCj5b3TAIGpbDyPVkwUETfEy9MgFOFP2A6UCIHgI
CWDMoTuWJxiSE7DdxTnSyVwB7K2FC0S1DlYRfC7f
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgM8queajw5RPNkIBY
ooQk5AAmSAJstNVmuuNIRC1+9JmhRANCAAQq2m0y8kI2ceJvjXhKMMncHl8M0rRW
pYqAVlsedEpp6Loc2xL6rENGsnXNEGfsnlOH2cNCBhIdImOJzKIGU4o3
-----END PRIVATE KEY-----
`,
} as const
