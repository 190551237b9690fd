-- Which of a person's sessions did it; an operator and the system have none. It outlives the session: no foreign key.
alter table audit add column session_id uuid;
