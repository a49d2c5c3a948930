import { Migration } from '@mikro-orm/migrations'

/**
 * The e-mail addresses of users, and the identities with which other issuers know users. An address belongs to at most
 * one user. `normalizeEmail` changes capital letters, so the column contains none of A to Z.
 */
export class Identities extends Migration {
  override name = '20261202-identities'

  override up(): void {
    this.addSql(`
      alter table app_user
        add email text unique check (email !~ '[A-Z]'),
        add email_verified boolean not null default false,
        add check (email is not null or not email_verified);
      create table identity (
        issuer text not null, subject text not null, user_id uuid not null references app_user,
        created_at timestamptz not null, primary key (issuer, subject)
      );
      create index on identity (user_id);
    `)
  }
}
