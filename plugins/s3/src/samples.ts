/* Values for the tests of blocks. */

export const credentials = { s3: { type: 'USER_PASSWORD', username: 'AKTEST', password: 'test-secret' } } as const

export const place = { endpoint: 'https://s3.example.com', bucket: 'reports' }

export const noSuchKey = {
  status: 404,
  text: '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>',
}

export const noSuchKeyMessage = 'S3 answered with status 404: NoSuchKey: The key does not exist.'
